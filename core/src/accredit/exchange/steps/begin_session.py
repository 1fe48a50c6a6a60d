"""Name the session that a login begins, before its tokens say so."""

from accredit.models import NewSession
from accredit.settings import TokenSettings
from accredit.tokens.refresh_token import new_refresh_token, new_session_id


def begin_session(scopes: tuple[str, ...], *, ttl: TokenSettings, now: int) -> NewSession | None:
    """Return the session's id, and its refresh token with scope `offline_access`. `now` is epoch seconds.

    None where a login without refresh token is to leave no row behind. Nothing is stored here.
    """
    if "offline_access" in scopes:
        token, session_id = new_refresh_token(now)
        return NewSession(session_id, token)
    return NewSession(new_session_id(now)) if ttl.sessions == "all" else None
