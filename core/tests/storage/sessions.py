"""Sessions and refresh tokens to store."""

from typing import Any

from accredit.storage import RefreshToken, Session


def session(session_id: str = "session", **changes: Any) -> Session:
    values: dict[str, Any] = {
        "client_id": "app",
        "subject": "acme|1",
        "connection": "acme",
        "strategy": "acme",
        "namespace": "acme",
        "user_id": "1",
        "scope": "openid offline_access",
        "audience": "https://login.example.com/",
        "device": None,
        "claims": "{}",
        "auth_time": 1,
        "expires_at": 4_000_000_000,
        "kept_until": 4_000_086_400,
        "renewable": True,
    }
    return Session(id=session_id, **(values | changes))


def login(token_hash: str = "hash", *, issued_at: int = 2, **changes: Any) -> tuple[Session, RefreshToken]:
    """Return a session, by default named after its refresh token, with that token: what `start` takes."""
    begun = session(**{"session_id": token_hash, **changes})
    return begun, token(token_hash, begun.id, issued_at=issued_at)


def token(token_hash: str = "hash", session_id: str = "session", *, issued_at: int = 2) -> RefreshToken:
    return RefreshToken(token_hash, session_id, issued_at)
