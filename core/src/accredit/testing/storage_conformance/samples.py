"""Sessions, refresh tokens and a clock to check a storage with."""

from typing import Any

from accredit.models import MainToken
from accredit.storage import RefreshToken, Rotation, Session, Storage

NOW = 1_000
"""Where the clock of every check begins."""


class Clock:
    """A clock that stands still until a check moves it, also back. Returns epoch seconds."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        """Return the time that it was set to."""
        return self.now


def session(session_id: str = "session", **changes: Any) -> Session:
    """Return a session of `acme|1` at one client."""
    values: dict[str, Any] = {
        "client_id": "app",
        "subject": "acme|1",
        "connection": "acme",
        "strategy": "acme",
        "namespace": "acme",
        "user_id": "1",
        "scope": "openid offline_access",
        "audience": "https://api.example.com",
        "device": None,
        "claims": "{}",
        "auth_time": 1,
        "expires_at": 9_000_000_000,
        "kept_until": 9_000_000_000,
        "renewable": True,
    }
    return Session(id=session_id, **(values | changes))


def token(token_hash: str, session_id: str = "session", *, issued_at: int = 2) -> RefreshToken:
    """Return a refresh token."""
    return RefreshToken(token_hash, session_id, issued_at)


def login(token_hash: str, *, issued_at: int = 2, **changes: Any) -> tuple[Session, RefreshToken]:
    """Return a session, by default named after its refresh token, with that token: what `start` takes."""
    begun = session(**{"session_id": token_hash, **changes})
    return begun, token(token_hash, begun.id, issued_at=issued_at)


def main_token(*, session_id: str | None = "a", issued_at: int = NOW, subject_version: int = 0) -> MainToken:
    """Return the access token by which `ada` links an identity."""
    return MainToken("ada", session_id, issued_at, subject_version)


async def rotate(
    storage: Storage, old: str, new: str, *, now: int = NOW, leeway_s: int = 0, session_id: str | None = None
) -> Rotation:
    """Replace a token by one of the same session, unless another one is named."""
    if session_id is None:
        stored = await storage.find(old)
        session_id = "unknown" if stored is None else stored.token.session_id
    return await storage.rotate(old, token(new, session_id, issued_at=now), now=now, leeway_s=leeway_s)


async def state(storage: Storage, token_hash: str) -> str:
    """Return what became of a refresh token, in a word."""
    stored = await storage.find(token_hash)
    if stored is None:
        return "unknown"
    if stored.is_pushed_out:
        return "pushed out"
    return "ended" if stored.session.ended else "live" if stored.replaced_at is None else "replaced"


async def states(storage: Storage, tokens: str) -> list[str]:
    """Return what became of several, whose hashes are one letter long."""
    return [await state(storage, one) for one in tokens]


async def alive(storage: Storage, logins: list[tuple[Session, RefreshToken]]) -> list[str]:
    """Return the ids of those sessions of which the first refresh token lives."""
    return [begun.id for begun, _ in logins if await state(storage, begun.id) == "live"]
