"""`client_credentials`: a token for the client itself. Source: RFC 6749 section 4.4; RFC 9068 section 5."""

from collections.abc import Mapping
from typing import Any, ClassVar

from accredit.audit.events import ClientTokenEvent, EndpointEvent
from accredit.errors import GrantNotAllowed, InvalidScope, SignsElsewhere
from accredit.exchange.exchange import Exchange
from accredit.exchange.steps.grant_scopes import grant_audience
from accredit.models import Claims
from accredit.oauth.grant_types.grant_type import TokenRequest
from accredit.oauth.wire.fields import scopes_of
from accredit.oauth.wire.record import Record
from accredit.oauth.wire.respond import token_body
from accredit.profile import SCOPE_CLAIMS
from accredit.settings import CLIENT_CREDENTIALS_GRANT
from accredit.tokens.claims import access_claims
from accredit.tokens.mint import mint

_OF_USERS = frozenset({"openid", "offline_access", *SCOPE_CLAIMS})
"""There is no user here, and no refresh token (RFC 6749 section 4.4.3)."""


class ClientCredentialsGrant:
    """Issue an access token whose `sub` is `<client_id>@clients`, never that of a user."""

    name: ClassVar[str] = CLIENT_CREDENTIALS_GRANT
    parameters: ClassVar[Mapping[str, int]] = {"scope": 4096, "audience": 1024}
    required: ClassVar[tuple[str, ...]] = ()
    event: ClassVar[type[EndpointEvent]] = ClientTokenEvent

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: TokenRequest, record: Record) -> dict[str, Any]:
        """Issue one, for scopes and an audience of the client's own settings."""
        client, fields = request.client, request.fields
        if not client.is_confidential:
            raise GrantNotAllowed(self.name)
        if not self._exchange.engine.can_sign:
            raise SignsElsewhere
        await record.attempt.count(client.id)
        settings = self._exchange.settings
        audience = grant_audience(fields.get("audience"), client.settings, settings.issuer)
        scopes = _grant(scopes_of(fields), client.settings.scopes)
        record.subject = subject = f"{client.id}@clients"
        claims = access_claims(
            subject,
            client_id=client.id,
            audience=audience,
            scopes=scopes,
            settings=settings,
            now=int(self._exchange.engine.clock()),
        )
        tokens = await mint(Claims(claims, None, {}), key=self._exchange.engine.keys.current)
        record.scopes = scopes
        return token_body(tokens, state=None)


def _grant(requested: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    allowed = [scope for scope in dict.fromkeys(own) if scope not in _OF_USERS]
    if not requested:
        # Clients of this grant seldom name scopes; they mean what they were given. Source: RFC 6749 section 3.3.
        return tuple(allowed)
    granted = tuple(scope for scope in requested if scope in allowed)
    if not granted:
        raise InvalidScope
    return granted
