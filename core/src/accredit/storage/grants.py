"""The port for refresh tokens, and what it keeps."""

import enum
import hashlib
from dataclasses import dataclass, field
from typing import Protocol

MOST_LIVE_GRANTS = 200
"""For one subject at one client; the oldest goes."""


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
    strategy: str
    user_id: str
    """The provider's, as it logged in."""
    scope: str
    """Space-delimited."""
    audience: str
    device: str | None
    claims: str = field(repr=False)
    """The profile's claims at login, as a JSON object."""
    auth_time: int
    issued_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """A grant with what became of it. It may have expired: the caller looks at the clock."""

    grant: Grant
    replaced_at: int | None = None
    """When it was first rotated, in epoch seconds."""
    revoked: bool = False


class Rotation(enum.Enum):
    """What came of an attempt to replace a refresh token."""

    ROTATED = "rotated"
    """The successor is stored; the token works again only within the leeway."""
    REUSED = "reused"
    """It had been replaced before, so two people hold it: the whole family is revoked now."""
    REFUSED = "refused"
    """It is unknown, expired, revoked or another client's, or its subject is blocked. Nothing has changed."""


def hash_token(token: str) -> str:
    """Return the form in which a refresh token is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def within_leeway(replaced_at: int, *, now: int, leeway_s: int) -> bool:
    """Tell whether a replaced token works once more. Without leeway never, even if a clock has gone back."""
    return leeway_s > 0 and now < replaced_at + leeway_s


class GrantStore(Protocol):
    """Keep grants. What changes something returns only when it would survive a power cut; all or nothing.

    Every method raises `StorageFailed` where it cannot be done.
    """

    async def open(self) -> None:
        """Get ready; bring the schema up to date."""

    async def close(self) -> None:
        """Finish what was accepted, then let go."""

    async def check(self) -> None:
        """Write something that changes nothing, as durably as a refresh token.

        Raises:
            StorageFailed: refresh tokens could not be stored now.
        """

    async def add(self, grant: Grant) -> None:
        """Make one grant durable; of more than `MOST_LIVE_GRANTS` live ones the oldest goes, in the same transaction.

        Raises:
            SubjectBlocked: its subject is blocked; nothing is stored.
        """

    async def find(self, token_hash: str) -> StoredGrant | None:
        """Return the grant of that hash, live or not, as long as it is kept."""

    async def rotate(self, token_hash: str, successor: Grant, *, now: int, leeway_s: int) -> Rotation:
        """Replace a grant by its successor, once: one transaction, safe across processes.

        A token that was replaced less than `leeway_s` ago is replaced again: its answer may have been lost. The
        successor must be of the same client, subject and family.
        """

    async def revoke_family(self, family: str) -> None:
        """Let no token of that login ever work again."""

    async def revoke_subject(self, subject: str) -> None:
        """Let no refresh token of that subject ever work again."""
