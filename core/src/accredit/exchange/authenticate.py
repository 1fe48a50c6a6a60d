"""Who calls an API of ours? What a live access token says, for the audience and with the scopes that are asked for.

Source: RFC 9068 section 4; RFC 6750 section 3.1.
"""

from accredit.errors import InsufficientScope, InvalidToken
from accredit.exchange.presented import Presented
from accredit.tokens.read import AccessToken


async def authenticate(token: object, audience: str, scope: str, presented: Presented) -> AccessToken:
    """Return what the token says. `scope` is space-delimited; all of it is needed.

    Raises:
        InvalidToken: it is not ours or not live (`EndedToken`, `BlockedToken`), or for another API.
        InsufficientScope: it lacks a scope; the first of them is named.
    """
    access_token = presented.access_token(token) if isinstance(token, str) else None
    if access_token is None:
        raise InvalidToken("not a live access token of ours")
    if access_token.audience != audience:
        raise InvalidToken("the token is for another API")
    for needed in scope.split():
        if needed not in access_token.scopes:
            raise InsufficientScope(needed)
    await presented.session_of(access_token)
    return access_token
