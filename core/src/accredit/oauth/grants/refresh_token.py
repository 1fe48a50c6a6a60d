"""`refresh_token`: new tokens for a login that goes on.

Source: RFC 6749 section 6; RFC 9700 section 4.14 (rotation); OpenID Connect Core 1.0 section 12.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import SecretStr

from accredit.errors import InvalidGrant, InvalidScope, InvalidTarget, RefreshTokenReused
from accredit.exchange import Exchange
from accredit.keys import sign
from accredit.models import TokenSet
from accredit.oauth.client_authentication import Client
from accredit.oauth.endpoint import Call
from accredit.oauth.grants.stored_login import stored_login
from accredit.parameters import scopes_of
from accredit.settings import REFRESH_TOKEN_GRANT
from accredit.steps.build_claims import build_claims
from accredit.steps.grant_scopes import grant_audience, grant_scopes
from accredit.steps.respond import token_body
from accredit.storage import Grant, Rotation, hash_token


class RefreshToken:
    """Issue new tokens, and replace the refresh token by a successor that expires when it would have."""

    name: ClassVar[str] = REFRESH_TOKEN_GRANT
    parameters: ClassVar[Mapping[str, int]] = {"refresh_token": 4096, "scope": 4096, "audience": 1024}
    required: ClassVar[tuple[str, ...]] = ("refresh_token",)

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, fields: Mapping[str, str], client: Client, call: Call) -> dict[str, Any]:
        """Refresh once.

        The rotation comes last: a refresh that fails for any other reason has not used the token up.
        """
        exchange, now = self._exchange, int(self._exchange.clock())
        settings = exchange.settings
        token_hash = hash_token(fields["refresh_token"])
        leeway_s = settings.tokens.leeway_s if client.settings.leeway_s is None else client.settings.leeway_s
        grant = await self._find(token_hash, client, call, now=now, leeway_s=leeway_s)
        await self._still_good(grant, client)
        audience = _narrow_audience(fields.get("audience"), grant, client, settings.issuer)
        scopes = _narrow_scopes(scopes_of(fields), grant, client)

        login = replace(stored_login(grant, scopes), audience=audience)
        await exchange.hooks.authorize(login)
        extras = await exchange.hooks.claims(login)
        claims = build_claims(login, extras, settings=settings, now=now, nonce=None, auth_time=grant.auth_time)
        if not await exchange.standing.holds_with_plugins(grant.subject, client.id):
            raise InvalidGrant("a plugin says that the user may not be here any more")
        key = exchange.keys.current
        access_token = await sign(key, claims.access_token, typ="at+jwt")
        id_token = None
        if claims.id_token is not None:
            id_token = await sign(key, {**claims.id_token, "at_hash": key.at_hash(access_token)}, typ="JWT")

        successor = None
        if client.settings.rotate_refresh_tokens:
            successor = await self._rotate(token_hash, grant, now=now, leeway_s=leeway_s)
        call.done, call.scopes = "token.refreshed", scopes
        return token_body(
            TokenSet(
                access_token=SecretStr(access_token),
                expires_in=settings.tokens.access_ttl_s,
                scopes=scopes,
                subject=grant.subject,
                id_token=None if id_token is None else SecretStr(id_token),
                refresh_token=None if successor is None else SecretStr(successor),
            ),
            state=None,
        )

    async def _find(self, token_hash: str, client: Client, call: Call, *, now: int, leeway_s: int) -> Grant:
        """Return the grant, live or replaced within the leeway. One read."""
        storage = self._exchange.storage
        stored = await storage.find(token_hash)
        if stored is None:
            raise InvalidGrant("unknown")
        grant = stored.grant
        call.subject, call.connection = grant.subject, grant.connection
        if grant.client_id != client.id:
            raise InvalidGrant("another client's")
        if stored.revoked:
            raise InvalidGrant("revoked")
        if now >= grant.expires_at:
            raise InvalidGrant("expired")
        if stored.replaced_at is not None and now >= stored.replaced_at + leeway_s:
            await storage.revoke_family(grant.family)
            raise RefreshTokenReused
        return grant

    async def _still_good(self, grant: Grant, client: Client) -> None:
        """Refuse what was good at login and is no more."""
        if grant.connection not in self._exchange.connections or grant.connection not in client.settings.connections:
            raise InvalidGrant("the connection is off, or not for this client any more")
        if not await self._exchange.standing.holds_in_storage(grant.subject):
            raise InvalidGrant("user is blocked")

    async def _rotate(self, token_hash: str, grant: Grant, *, now: int, leeway_s: int) -> str:
        """Return the successor, once its row is durable. One transaction, which decides who was first."""
        refresh_token = secrets.token_urlsafe(32)
        successor = replace(grant, token_hash=hash_token(refresh_token), issued_at=now)
        match await self._exchange.storage.rotate(token_hash, successor, now=now, leeway_s=leeway_s):
            case Rotation.ROTATED:
                return refresh_token
            case Rotation.REUSED:
                raise RefreshTokenReused
            case _:
                raise InvalidGrant("revoked meanwhile")


def _narrow_scopes(requested: tuple[str, ...], grant: Grant, client: Client) -> tuple[str, ...]:
    """Return what was granted at login, as far as it is asked for and the client may still have it.

    A scope beyond that is dropped, as it is at login: clients ask for the same scopes again, also for those they did
    not get.
    """
    granted = grant_scopes(tuple(grant.scope.split()), client.settings)
    if not requested:
        return granted
    narrowed = tuple(scope for scope in granted if scope in requested)
    if not narrowed:
        raise InvalidScope
    return narrowed


def _narrow_audience(requested: str | None, grant: Grant, client: Client, issuer: str) -> str:
    """Return the login's audience: it cannot be changed, and the client must still be allowed to ask for it."""
    if requested not in (None, grant.audience):
        raise InvalidTarget
    return grant_audience(grant.audience, client.settings, issuer)
