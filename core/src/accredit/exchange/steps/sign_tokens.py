"""Sign the tokens, before anything is stored: if it fails, no link and no row is left of tokens that nobody got."""

from accredit.keys import ExternalKey, sign
from accredit.keys.jose import SigningKey
from accredit.models import Claims, SignedTokens


async def sign_tokens(claims: Claims, *, key: SigningKey | ExternalKey) -> SignedTokens:
    """Return the access token, and the ID token with its `at_hash` where there is one.

    Raises:
        PluginFailed: the key is a plugin's, which failed; or a token would be too long.
    """
    access_token = await sign(key, claims.access_token, typ="at+jwt")
    if claims.id_token is None:
        return SignedTokens(access_token)
    return SignedTokens(
        access_token, await sign(key, {**claims.id_token, "at_hash": key.at_hash(access_token)}, typ="JWT")
    )
