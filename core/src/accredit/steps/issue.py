"""Sign the tokens, and make the refresh token's row durable before anybody sees it."""

import secrets

from pydantic import SecretStr

from accredit.jose import SigningKey
from accredit.models import Claims, Login, TokenSet
from accredit.settings import TokenSettings
from accredit.storage.grants import Grant, GrantStore, hash_token


async def issue(
    login: Login, claims: Claims, *, key: SigningKey, grants: GrantStore, ttl: TokenSettings, now: int
) -> TokenSet:
    """Return our tokens; the refresh token only with scope `offline_access`. `now` is epoch seconds.

    Signing comes first: if it fails, no row is left of a token that nobody got.

    Raises:
        StorageFailed: the refresh token's row is not on disk.
    """
    access_token = key.sign(claims.access_token, typ="at+jwt")
    id_token = None
    if claims.id_token is not None:
        id_token = key.sign({**claims.id_token, "at_hash": key.at_hash(access_token)}, typ="JWT")
    refresh_token = None
    if "offline_access" in login.scopes:
        refresh_token = secrets.token_urlsafe(32)
        await grants.add(
            Grant(
                token_hash=hash_token(refresh_token),
                family=secrets.token_urlsafe(16),
                client_id=login.client_id,
                subject=login.subject.id,
                connection=login.identity.connection,
                scope=" ".join(login.scopes),
                audience=login.audience,
                device=login.device,
                auth_time=now,
                issued_at=now,
                expires_at=now + ttl.refresh_ttl_s,
            )
        )
    return TokenSet(
        access_token=SecretStr(access_token),
        expires_in=ttl.access_ttl_s,
        scopes=login.scopes,
        subject=login.subject.id,
        id_token=None if id_token is None else SecretStr(id_token),
        refresh_token=None if refresh_token is None else SecretStr(refresh_token),
    )
