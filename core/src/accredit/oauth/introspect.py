"""`POST /oauth/introspect`, for clients that authenticate. Source: RFC 7662."""

from collections.abc import Callable, Mapping
from typing import Any

from accredit.errors import InvalidClient, InvalidToken
from accredit.exchange.client import Client
from accredit.exchange.presented import Presented
from accredit.exchange.standing import Standing
from accredit.oauth.client.authentication import ClientAuthentication
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import known_fields, required
from accredit.oauth.wire.parameters import read_parameters
from accredit.oauth.wire.record import Record
from accredit.plugins import Connection
from accredit.settings import REFRESH_TOKEN_GRANT, Settings
from accredit.storage import SessionStore
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

    def __init__(
        self,
        *,
        settings: Settings,
        connections: Mapping[str, Connection],
        storage: SessionStore,
        standing: Standing,
        clock: Callable[[], float],
        presented: Presented,
        authentication: ClientAuthentication,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._storage = storage
        self._standing = standing
        self._clock = clock
        self._presented = presented
        self._authentication = authentication

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call.

        Raises:
            InvalidClient: the client has not proven who it is.
        """
        parameters = await read_parameters(call, record)
        fields = known_fields(parameters.given, _LONGEST)
        client = await self._authentication(parameters, record)
        if not client.is_confidential:
            raise InvalidClient("a public client")
        await record.attempt.count(client.id)
        token = required(fields, "token")
        body = await self._access_token(token) or await self._refresh_token(token, client)
        if body is None:
            return json_answer(200, _INACTIVE)
        record.subject = body["sub"]
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
        settings, now = self._settings, self._clock()
        stored = await self._storage.find(hash_token(token))
        if stored is None:
            return None
        session = stored.session.session
        leeway_s = settings.tokens.leeway_s if client.settings.leeway_s is None else client.settings.leeway_s
        if session.client_id != client.id or REFRESH_TOKEN_GRANT not in client.settings.grant_types:
            return None
        if session.connection not in self._connections or session.connection not in client.settings.connections:
            return None
        expires_at = settings.tokens.refresh_token_ends_at(session.expires_at, stored.token.issued_at)
        state = state_of(stored, now=int(now), leeway_s=leeway_s, ends_at=expires_at)
        if state is not RefreshTokenState.LIVE:
            return None
        if not await self._standing.holds_with_plugins(session.subject, client.id):
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
