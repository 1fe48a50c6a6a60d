"""`POST /oauth/introspect`, for clients that authenticate. Source: RFC 7662."""

from typing import Any

from starlette.responses import Response

from accredit.errors import InvalidClient, InvalidToken
from accredit.exchange.exchange import Exchange
from accredit.oauth.client.authentication import Client, ClientAuthentication
from accredit.oauth.presented import Presented
from accredit.oauth.wire.answer import json_answer
from accredit.oauth.wire.endpoint import Call
from accredit.oauth.wire.fields import known_fields, required
from accredit.settings import REFRESH_TOKEN_GRANT
from accredit.storage.rules import RefreshTokenState, state_of
from accredit.tokens.refresh_token import hash_token

_LONGEST = {"token": 16_384, "token_type_hint": 256}
_STATED = ("scope", "client_id", "exp", "iat", "sub", "aud", "iss", "jti")
_INACTIVE = {"active": False}


class Introspection:
    """Tell whether a token is good, and what it stands for.

    Access tokens may be shown by any confidential client, which is how an API asks; a refresh token by its own client
    only. Of everything else nothing is said but that it is not active (section 2.2).
    """

    def __init__(self, exchange: Exchange, authentication: ClientAuthentication) -> None:
        self._exchange = exchange
        self._authentication = authentication
        self._presented = Presented(exchange)

    async def __call__(self, call: Call) -> Response:
        """Answer one call.

        Raises:
            InvalidClient: the client has not proven who it is.
        """
        fields = known_fields(call.given, _LONGEST)
        client = await self._authentication(call)
        if not client.is_confidential:
            raise InvalidClient("a public client")
        token = required(fields, "token")
        body = await self._access_token(token) or await self._refresh_token(token, client)
        if body is None:
            return json_answer(200, _INACTIVE)
        call.subject = body["sub"]
        return json_answer(200, {"active": True, **body})

    async def _access_token(self, token: str) -> dict[str, Any] | None:
        access_token = self._presented.access_token(token)
        if access_token is None:
            return None
        try:
            await self._presented.session_of(access_token)
        except InvalidToken:
            return None
        claims = access_token.claims
        return {**{name: claims[name] for name in _STATED if name in claims}, "token_type": "Bearer"}

    async def _refresh_token(self, token: str, client: Client) -> dict[str, Any] | None:
        """Return what the token would be good for at the token endpoint now."""
        settings, now = self._exchange.settings, self._exchange.engine.clock()
        stored = await self._exchange.engine.storage.find(hash_token(token))
        if stored is None:
            return None
        session = stored.session.session
        leeway_s = settings.tokens.leeway_s if client.settings.leeway_s is None else client.settings.leeway_s
        if session.client_id != client.id or REFRESH_TOKEN_GRANT not in client.settings.grant_types:
            return None
        if (
            session.connection not in self._exchange.engine.connections
            or session.connection not in client.settings.connections
        ):
            return None
        expires_at = settings.tokens.refresh_token_ends_at(session.expires_at, stored.token.issued_at)
        state = state_of(stored, now=int(now), leeway_s=leeway_s, ends_at=expires_at)
        if state is not RefreshTokenState.LIVE:
            return None
        if not await self._exchange.engine.standing.holds_with_plugins(session.subject, client.id):
            return None
        return {
            "scope": session.scope,
            "client_id": session.client_id,
            "exp": expires_at,
            "iat": stored.token.issued_at,
            "sub": session.subject,
            "aud": session.audience,
            "iss": settings.issuer,
        }
