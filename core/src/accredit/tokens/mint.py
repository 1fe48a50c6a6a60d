"""Sign our tokens: the one place that does, for a login, a refresh and a client's own token."""

from pydantic import SecretStr

from accredit.keys import OurKey, sign
from accredit.models import Claims, TokenSet


async def mint(claims: Claims, *, key: OurKey, refresh_token: str | None = None) -> TokenSet:
    """Return the access token, and the ID token with its `at_hash` where there is one.

    Nothing is stored yet: if signing fails, no link and no row is left of tokens that nobody got. `refresh_token` comes
    with them, and is good for nothing until its row is stored.

    Raises:
        PluginFailed: the key is a plugin's, which failed; or a token would be too long.
    """
    stated = claims.access_token
    access_token = await sign(key, stated, typ="at+jwt")
    id_token = None
    if claims.id_token is not None:
        id_token = await sign(key, {**claims.id_token, "at_hash": key.at_hash(access_token)}, typ="JWT")
    return TokenSet(
        access_token=SecretStr(access_token),
        expires_in=stated["exp"] - stated["iat"],
        scopes=tuple(stated["scope"].split()),
        subject=stated["sub"],
        id_token=None if id_token is None else SecretStr(id_token),
        refresh_token=None if refresh_token is None else SecretStr(refresh_token),
    )
