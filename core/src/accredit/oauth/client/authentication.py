"""Who calls: client authentication at every endpoint that has it.

Public clients say their `client_id` and nothing else. Confidential ones prove it: with their secret by HTTP Basic or in
the body, or with a JWT. Source: RFC 6749 sections 2.3 and 3.2.1; RFC 7523 section 2.2.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import unquote_plus

from accredit.errors import InvalidClient, InvalidParameter, MissingParameter, TwoAuthentications
from accredit.exchange.client import Client
from accredit.oauth.client.assertion import ASSERTION_TYPE, ClientAssertions, claimed_client
from accredit.oauth.wire.fields import known_fields
from accredit.oauth.wire.parameters import Parameters
from accredit.oauth.wire.record import Record
from accredit.settings.client_secret import SecretHash

_LONGEST = {"client_id": 256, "client_secret": 512, "client_assertion": 16_384, "client_assertion_type": 256}
_CHALLENGE = 'Basic realm="oauth", charset="UTF-8"'


class Credentials(NamedTuple):
    """What a client says of itself, of the right shape, not checked yet. At most one of the two is there."""

    client_id: str
    secret: str | None = None
    """Empty where Basic was tried without a password."""
    assertion: str | None = None
    challenge: str | None = None
    """For the answer, where Basic was tried."""

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"


class ClientAuthentication:
    """Authenticate the clients of one app.

    Whoever is named costs the same work: what a client has is compared, or what nobody has, so that the time tells
    nobody which ids there are.
    """

    def __init__(self, clients: Mapping[str, Client], assertions: ClientAssertions) -> None:
        self._clients = clients
        self._secrets = {
            client_id: SecretHash.parse(client.settings.secret_hash.get_secret_value())
            for client_id, client in clients.items()
            if client.settings.secret_hash is not None
        }
        self._nobodys_secret = SecretHash.of_nobody()
        self._assertions = assertions

    async def __call__(self, parameters: Parameters, record: Record) -> Client:
        """Return the client of a call, and note it in the record: `read_credentials`, then `check`."""
        return await self.check(read_credentials(parameters), record)

    async def check(self, credentials: Credentials, record: Record) -> Client:
        """Return the client, and note it in the record.

        Raises:
            InvalidClient: it is unknown, does not prove itself as its settings ask, or sends a proof it has none for.
            TooManyAttempts: too many proofs were wrong. A right one is refused, too: it would be told apart otherwise.
        """
        await record.attempt.guard(credentials.client_id, purpose="proof")
        client = await self._check(credentials, record)
        if client.is_confidential:
            record.attempt.prove()
        return client

    async def _check(self, credentials: Credentials, record: Record) -> Client:
        client_id, secret, assertion = credentials.client_id, credentials.secret, credentials.assertion
        is_right = secret is not None and self._secrets.get(client_id, self._nobodys_secret).matches(secret)
        client = self._clients.get(client_id)
        if assertion is not None and (client is None or client.settings.auth_method != "private_key_jwt"):
            self._assertions.verify_for_nobody(assertion)
        if client is None:
            raise InvalidClient("unknown client", challenge=credentials.challenge)
        record.client_id = client_id
        match client.settings.auth_method:
            case "none":
                # Nothing where the password belongs is no proof. Source: RFC 6749 section 2.3.1.
                if secret or assertion is not None:
                    raise InvalidClient("a public client sends a proof", challenge=credentials.challenge)
            case "client_secret":
                if secret is None:
                    raise InvalidClient("no secret")
                if not is_right:
                    raise InvalidClient("wrong secret", challenge=credentials.challenge)
            case "private_key_jwt":
                if assertion is None:
                    raise InvalidClient("no assertion", challenge=credentials.challenge)
                await self._assertions.check(client_id, assertion)
        return client


def read_credentials(parameters: Parameters) -> Credentials:
    """Return what a call says of its client.

    Raises:
        MissingParameter: it does not say `client_id` in any way.
        InvalidParameter: a parameter is not of its form, or `client_id` is not the one that is to be proven.
        TwoAuthentications: it tries to prove itself in more than one way.
        InvalidClient: the Basic header cannot be read, or the assertion is of another kind.
    """
    fields = known_fields(parameters.given, _LONGEST)
    scheme, _, encoded = parameters.authorization.partition(" ")
    by_basic = scheme.lower() == "basic"
    by_assertion = "client_assertion" in fields or "client_assertion_type" in fields
    if by_basic + by_assertion + ("client_secret" in fields) > 1:
        raise TwoAuthentications
    named, secret, assertion = fields.get("client_id"), fields.get("client_secret"), None
    proven = named
    if by_basic:
        proven, secret = _basic(encoded.strip())
    elif by_assertion:
        assertion = fields.get("client_assertion", "")
        if fields.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidClient("client_assertion_type is not that of a JWT")
        proven = claimed_client(assertion)
        if proven is None:
            raise InvalidClient("assertion: it names no client")
    if proven is None:
        raise MissingParameter("client_id")
    if named not in (None, proven):
        raise InvalidParameter("client_id")
    return Credentials(client_id=proven, secret=secret, assertion=assertion, challenge=_CHALLENGE if by_basic else None)


def _basic(encoded: str) -> tuple[str, str]:
    try:
        pair = base64.b64decode(encoded, validate=True).decode("utf-8")
        name, colon, secret = pair.partition(":")
        # Each is form-encoded before they are joined, so that a client_id may hold a colon. Source: RFC 6749
        # section 2.3.1.
        decoded = unquote_plus(name, errors="strict"), unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):
        raise InvalidClient("the Authorization header cannot be read", challenge=_CHALLENGE) from None
    fits = 1 <= len(decoded[0]) <= _LONGEST["client_id"] and len(decoded[1]) <= _LONGEST["client_secret"]
    if not colon or not fits:
        raise InvalidClient("the Authorization header does not hold a name and a secret", challenge=_CHALLENGE)
    return decoded
