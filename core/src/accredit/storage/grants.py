"""The port for refresh tokens, and what it keeps."""

import hashlib
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One refresh token, as it is stored: by its hash only. Times are epoch seconds."""

    token_hash: str
    """SHA-256 in hex. The token has 256 random bits, so a slow hash would add nothing."""
    family: str
    """Names the login this token descends from."""
    client_id: str
    subject: str
    connection: str
    scope: str
    """Space-delimited."""
    audience: str
    device: str | None
    auth_time: int
    issued_at: int
    expires_at: int


def hash_token(token: str) -> str:
    """Return the form in which a refresh token is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


class GrantStore(Protocol):
    """Keep grants. `add` returns only when the row would survive a power cut; all or nothing."""

    async def open(self) -> None:
        """Get ready; bring the schema up to date."""

    async def add(self, grant: Grant) -> None:
        """Make one grant durable.

        Raises:
            StorageFailed: it is not stored.
        """

    async def close(self) -> None:
        """Finish what was accepted, then let go."""
