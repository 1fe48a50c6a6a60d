"""Sign the tokens, and make the refresh token's row durable before anybody sees it."""

import json
import secrets

from pydantic import SecretStr

from accredit.jose import SigningKey
from accredit.keys import ExternalKey, sign
from accredit.models import Claims, Login, TokenSet
from accredit.settings import TokenSettings
from accredit.storage.grants import Grant, GrantStore, hash_token


async def issue(
    login: Login,
    claims: Claims,
    *,
    key: SigningKey | ExternalKey,
    storage: GrantStore,
    ttl: TokenSettings,
    now: int,
) -> TokenSet:
    """Return our tokens; the refresh token only with scope `offline_access`. `now` is epoch seconds.

    Signing comes first: if it fails, no row is left of a token that nobody got.

    Raises:
        PluginFailed: the key is a plugin's, which failed.
        StorageFailed: the refresh token's row is not on disk.
        SubjectBlocked: the subject was blocked while it logged in.
    """
    access_token = await sign(key, claims.access_token, typ="at+jwt")
    id_token = None
    if claims.id_token is not None:
        id_token = await sign(key, {**claims.id_token, "at_hash": key.at_hash(access_token)}, typ="JWT")
    refresh_token = None
    if "offline_access" in login.scopes:
        refresh_token = secrets.token_urlsafe(32)
        await storage.add(
            Grant(
                token_hash=hash_token(refresh_token),
                family=f"{now:x}.{secrets.token_urlsafe(16)}",  # by time, so that the index grows at its end
                client_id=login.client_id,
                subject=login.subject.id,
                connection=login.identity.connection,
                strategy=login.identity.namespace,
                user_id=login.identity.user_id,
                scope=" ".join(login.scopes),
                audience=login.audience,
                device=login.device,
                claims=json.dumps(claims.profile),
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
