"""`refresh_token`: new tokens for a login that goes on.

Source: RFC 6749 section 6; RFC 9700 section 4.14 (rotation); OpenID Connect Core 1.0 section 12.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import SecretStr

from accredit.audit.events import EndpointEvent, RefreshEvent
from accredit.errors import InvalidGrant, InvalidScope, InvalidTarget, RefreshTokenReused
from accredit.exchange.deadline import Deadline
from accredit.exchange.exchange import Exchange
from accredit.exchange.steps.build_claims import build_claims
from accredit.exchange.steps.grant_scopes import grant_audience, grant_scopes
from accredit.exchange.steps.sign_tokens import sign_tokens
from accredit.models import TokenSet
from accredit.oauth.client.authentication import Client
from accredit.oauth.grant_types.grant_type import TokenRequest
from accredit.oauth.grant_types.stored_login import stored_login
from accredit.oauth.wire.fields import scopes_of
from accredit.oauth.wire.record import Record
from accredit.oauth.wire.respond import token_body
from accredit.settings import REFRESH_TOKEN_GRANT
from accredit.storage import RefreshToken as RefreshTokenRow
from accredit.storage import Rotation, Session
from accredit.storage.rules import RefreshTokenState, state_of
from accredit.tokens.refresh_token import hash_token, session_id_of, successor_of

_REFUSED = {
    RefreshTokenState.ENDED: "revoked",
    RefreshTokenState.EXPIRED: "expired",
    RefreshTokenState.PUSHED_OUT: "pushed out by others of its session",
}


class RefreshToken:
    """Issue new tokens, and replace the refresh token by a successor that expires when it would have."""

    name: ClassVar[str] = REFRESH_TOKEN_GRANT
    parameters: ClassVar[Mapping[str, int]] = {"refresh_token": 4096, "scope": 4096, "audience": 1024}
    required: ClassVar[tuple[str, ...]] = ("refresh_token",)
    event: ClassVar[type[EndpointEvent]] = RefreshEvent

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, request: TokenRequest, record: Record) -> dict[str, Any]:
        """Refresh once, within the time that an exchange has.

        The rotation comes last: a refresh that fails for any other reason has not used the token up.
        """
        async with Deadline(self._exchange.settings.limits.exchange_timeout_s) as deadline:
            return await self._refresh(request.fields, request.client, record, deadline)

    async def _refresh(
        self, fields: Mapping[str, str], client: Client, record: Record, deadline: Deadline
    ) -> dict[str, Any]:
        exchange, now = self._exchange, int(self._exchange.engine.clock())
        settings = exchange.settings
        token = fields["refresh_token"]
        leeway_s = settings.tokens.leeway_s if client.settings.leeway_s is None else client.settings.leeway_s
        session = await self._find(token, client, record, now=now, leeway_s=leeway_s)
        audience = _narrow_audience(fields.get("audience"), session, client, settings.issuer)
        scopes = _narrow_scopes(scopes_of(fields), session, client)

        login = replace(stored_login(session, scopes), audience=audience)
        await exchange.engine.hooks.authorize(login)
        extras = await exchange.engine.hooks.claims(login)
        claims = build_claims(
            login,
            extras,
            settings=settings,
            now=now,
            nonce=None,
            session_id=session.id,
            auth_time=session.auth_time,
        )
        if not await exchange.engine.standing.holds_with_plugins(session.subject, client.id):
            raise InvalidGrant("a plugin says that the user may not be here any more")
        signed = await sign_tokens(claims, key=exchange.engine.keys.current)
        successor = None
        if client.settings.rotate_refresh_tokens:
            deadline.store()
            successor = await self._rotate(token, session, now=now, leeway_s=leeway_s)
        else:
            await self._still_live(session)
        record.scopes = scopes
        return token_body(
            TokenSet(
                access_token=SecretStr(signed.access_token),
                expires_in=settings.tokens.access_ttl_s,
                scopes=scopes,
                subject=session.subject,
                id_token=None if signed.id_token is None else SecretStr(signed.id_token),
                refresh_token=None if successor is None else SecretStr(successor),
            ),
            state=None,
        )

    async def _find(self, token: str, client: Client, record: Record, *, now: int, leeway_s: int) -> Session:
        """Return the session of a token that is live, or replaced within the leeway. One read."""
        storage, tokens = self._exchange.engine.storage, self._exchange.settings.tokens
        stored = await storage.find(hash_token(token))
        if stored is None:
            raise await self._unknown(token, client, record)
        session = stored.session.session
        record.subject, record.connection, record.session_id = session.subject, session.connection, session.id
        if session.client_id != client.id:
            raise InvalidGrant("another client's")
        ends_at = tokens.refresh_token_ends_at(session.expires_at, stored.token.issued_at)
        state = state_of(stored, now=now, leeway_s=leeway_s, ends_at=ends_at)
        if state is RefreshTokenState.SPENT:
            await storage.end(session.id)
            raise RefreshTokenReused
        if state is not RefreshTokenState.LIVE:
            raise InvalidGrant(_REFUSED[state])
        if session.connection not in self._exchange.engine.connections:
            raise InvalidGrant("the connection is off")
        if session.connection not in client.settings.connections:
            raise InvalidGrant("the connection is not for this client any more")
        return session

    async def _unknown(self, token: str, client: Client, record: Record) -> InvalidGrant:
        """Return the refusal of a token that is not stored; if it is a session's all the same, end the session.

        It was replaced so long ago that its row is gone, and whoever shows it has held it.
        """
        session_id = session_id_of(token)
        stored = None if session_id is None else await self._exchange.engine.storage.session(session_id)
        if stored is None or stored.ended or stored.session.client_id != client.id:
            return InvalidGrant("unknown")
        await self._exchange.engine.storage.end(stored.session.id)
        ended = stored.session
        record.subject, record.connection, record.session_id = ended.subject, ended.connection, ended.id
        return RefreshTokenReused()

    async def _still_live(self, session: Session) -> None:
        """Look once more, where no rotation does: hooks may have taken their time."""
        stored = await self._exchange.engine.storage.session(session.id)
        if stored is None or stored.ended:
            raise InvalidGrant("revoked meanwhile")

    async def _rotate(self, token: str, session: Session, *, now: int, leeway_s: int) -> str:
        """Return the successor, once its row is durable. One transaction, which decides who was first."""
        refresh_token = successor_of(token)
        successor = RefreshTokenRow(hash_token(refresh_token), session.id, now)
        match await self._exchange.engine.storage.rotate(hash_token(token), successor, now=now, leeway_s=leeway_s):
            case Rotation.ROTATED:
                return refresh_token
            case Rotation.REUSED:
                raise RefreshTokenReused
            case _:
                raise InvalidGrant("revoked meanwhile")


def _narrow_scopes(requested: tuple[str, ...], session: Session, client: Client) -> tuple[str, ...]:
    """Return what was granted at login, as far as it is asked for and the client may still have it.

    A scope beyond that is dropped, as it is at login: clients ask for the same scopes again, also for those they did
    not get.
    """
    granted = grant_scopes(tuple(session.scope.split()), client.settings)
    if not requested:
        return granted
    narrowed = tuple(scope for scope in granted if scope in requested)
    if not narrowed:
        raise InvalidScope
    return narrowed


def _narrow_audience(requested: str | None, session: Session, client: Client, issuer: str) -> str:
    """Return the login's audience: it cannot be changed, and the client must still be allowed to ask for it."""
    if requested not in (None, session.audience):
        raise InvalidTarget
    return grant_audience(session.audience, client.settings, issuer)
