"""Token exchange: the exchange over the standard's wire. Source: RFC 8693 section 2."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import SecretStr

from accredit.audit.events import EndpointEvent, TokenEvent
from accredit.credentials import Credential, CredentialKind, ProviderToken, is_jwt
from accredit.errors import InvalidParameter, InvalidTarget, MissingParameter
from accredit.exchange.exchange import Exchange
from accredit.models import ExchangeRequest
from accredit.oauth.grant_types.grant_type import TokenRequest
from accredit.oauth.wire.fields import scopes_of
from accredit.oauth.wire.handed import code_of, extras_of, id_token_of, payload_of, untyped
from accredit.oauth.wire.record import Record
from accredit.oauth.wire.respond import token_body
from accredit.parameters import LONGEST
from accredit.plugins import Connection
from accredit.settings import TOKEN_EXCHANGE_GRANT

_TYPE = "urn:ietf:params:oauth:token-type:"
ACCESS_TOKEN_TYPE = f"{_TYPE}access_token"

_STANDARD: Mapping[str, CredentialKind] = {
    ACCESS_TOKEN_TYPE: "access_token",
    f"{_TYPE}id_token": "id_token",
    f"{_TYPE}jwt": "id_token",
}
"""Source: RFC 8693 section 3. What a provider has of its own, its strategy says: `accredit.strategy.Strategy`."""

_SHARED = (
    "connection",
    "access_token_secret",
    "scope",
    "audience",
    "nonce",
    "user_id",
    "device",
    "state",
    "main_access_token",
)
"""What has the same name at `/oauth/access_token`."""


class TokenExchangeGrant:
    """Turn `subject_token` into our tokens, by the same steps as `/oauth/access_token`.

    `user_profile`, which Auth0's SDKs send, is what the app says of its user: it is not even read.
    """

    name: ClassVar[str] = TOKEN_EXCHANGE_GRANT
    parameters: ClassVar[Mapping[str, int]] = {
        "subject_token": LONGEST["access_token"],
        "subject_token_type": 256,
        "requested_token_type": 256,
        "actor_token": LONGEST["access_token"],
        "actor_token_type": 256,
        "resource": LONGEST["audience"],
        **{name: LONGEST[name] for name in _SHARED},
    }
    required: ClassVar[tuple[str, ...]] = ("subject_token", "subject_token_type")
    event: ClassVar[type[EndpointEvent]] = TokenEvent

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: TokenRequest, record: Record) -> dict[str, Any]:
        """Run one exchange. It leaves its own audit event behind."""
        connections = self._exchange.engine.connections
        wanted = read_exchange(
            request.fields, given=request.given, client_id=request.client.id, connections=connections
        )
        wanted = replace(wanted, bearer=request.bearer, address=request.address)
        record.is_told = True
        tokens = await self._exchange(wanted, client=request.client)
        return {**token_body(tokens, state=wanted.state), "issued_token_type": ACCESS_TOKEN_TYPE}


def read_exchange(
    fields: Mapping[str, str], *, given: Mapping[str, Any], client_id: str, connections: Mapping[str, Connection]
) -> ExchangeRequest:
    """Return what `fields`, of the names and bounds of `TokenExchangeGrant.parameters`, ask for.

    `given` is the request as it was sent, for what only one connection reads.

    Raises:
        InvalidParameter: one says what this wire does not do, or the two that name the provider disagree.
        InvalidTarget: `audience` and `resource` name two.
        MissingParameter: nothing names the connection.
    """
    if fields.get("requested_token_type", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
        raise InvalidParameter("requested_token_type")
    for name in ("actor_token", "actor_token_type"):
        if name in fields:
            # Ignored, it would make an impersonation of what was meant as a delegation.
            raise InvalidParameter(name)
    main_access_token = fields.get("main_access_token")
    kind, connection = _connection(fields, connections)
    extras = extras_of(given, connections.get(connection))
    return ExchangeRequest(
        client_id=client_id,
        connection=connection,
        token=_token(kind, fields, extras),
        scopes=scopes_of(fields),
        user_id_hint=fields.get("user_id"),
        audience=_audience(fields),
        device=fields.get("device"),
        state=fields.get("state"),
        main_access_token=None if main_access_token is None else SecretStr(main_access_token),
    )


def _connection(fields: Mapping[str, str], connections: Mapping[str, Connection]) -> tuple[CredentialKind, str]:
    """Return the kind of credential that `subject_token_type` says, and the connection, which it may name too."""
    token_type, named = fields["subject_token_type"], fields.get("connection")
    if (kind := _STANDARD.get(token_type)) is not None:
        if named is None:
            raise MissingParameter("connection")
        return kind, named
    own = {name: one.strategy for name, one in connections.items() if token_type in one.strategy.token_types}
    if not own:
        raise InvalidParameter("subject_token_type")
    if named is None:
        strategies = {strategy.name: strategy for strategy in own.values()}
        if len(strategies) > 1:  # two strategies call theirs the same: which is meant, nobody says
            raise MissingParameter("connection")
        [(named, strategy)] = strategies.items()
    elif named in own:
        strategy = own[named]
    elif named in connections:
        raise InvalidParameter("connection")
    else:  # the exchange refuses it: it is not there, or off
        strategy = next(iter(own.values()))
    return strategy.token_types[token_type], named


def _token(kind: CredentialKind, fields: Mapping[str, str], extras: Mapping[str, str]) -> ProviderToken | Credential:
    value = fields["subject_token"]
    try:
        match kind:
            case "code":
                return code_of(value, fields, extras)
            case "id_token":
                credential = id_token_of(value, fields, extras)
            case "signed_payload":
                return payload_of(value, fields, extras)
            case "access_token":  # or what clients hand in as one: the strategy says what it is
                return untyped(value, fields, extras)
    except InvalidParameter as error:
        if error.detail in {"access_token", "code", "id_token"}:
            raise InvalidParameter("subject_token") from None
        raise
    if not is_jwt(value):
        raise InvalidParameter("subject_token")
    return credential


def _audience(fields: Mapping[str, str]) -> str | None:
    """Return the target, which may be called `audience` or `resource`; the exchange knows which are allowed."""
    audience, resource = fields.get("audience"), fields.get("resource")
    if audience is not None and resource not in (None, audience):
        raise InvalidTarget
    return resource if audience is None else audience
