"""The port for sessions and their refresh tokens, and what it keeps."""

import enum
from dataclasses import dataclass, field
from typing import Protocol

from accredit._quick_init import with_quick_init

MOST_SESSIONS = 200
"""Live refresh tokens, and sessions without any, for one subject at one client; the oldest goes."""
MOST_SUCCESSORS = 5
"""Of one refresh token, within its leeway; and live refresh tokens of one session."""
MOST_REPLACED = 20
"""Replaced refresh tokens of one session whose rows are kept."""
PUSHED_OUT = -1
"""Stands for the successors of a refresh token that others of its session have pushed out, unused."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One login and what goes on from it. Times are epoch seconds."""

    id: str
    """The `sid` of our tokens."""
    client_id: str
    subject: str
    connection: str
    strategy: str
    namespace: str
    user_id: str
    """The provider's, as it logged in."""
    scope: str
    """Space-delimited."""
    audience: str
    device: str | None
    claims: str = field(repr=False)
    """The profile's claims at login, as a JSON object."""
    auth_time: int
    expires_at: int
    """Then its refresh tokens end; of a session without any: its access token."""
    kept_until: int
    """Then the last token that was issued in it has ended."""
    renewable: bool
    """It has refresh tokens."""
    identity_version: int = 0
    """The identity's, as it was looked up; see `StoredSubject`."""
    subject_version: int = 0
    """The same of the subject."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session with what became of it. It may have expired: the caller looks at the clock."""

    session: Session
    ended: bool = False
    """By logout or reuse; or its identity was unlinked or linked elsewhere, or its subject blocked, since it began."""


@with_quick_init
@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One refresh token as it is stored: by its hash only. Times are epoch seconds."""

    token_hash: str
    session_id: str
    issued_at: int


@with_quick_init
@dataclass(frozen=True, slots=True)
class StoredRefreshToken:
    """A refresh token with its session, and what became of it. It may have expired: the caller looks at the clock."""

    token: RefreshToken
    session: StoredSession
    replaced_at: int | None = None
    """When it was first rotated."""
    successors: int = 0
    """How often it was rotated."""

    @property
    def is_pushed_out(self) -> bool:
        """Tell whether others of its session took its place: whoever holds it has done nothing wrong."""
        return self.successors == PUSHED_OUT


class Rotation(enum.Enum):
    """What came of an attempt to replace a refresh token."""

    ROTATED = "rotated"
    """The successor is stored; the token works again only within the leeway."""
    REUSED = "reused"
    """It had been replaced before, so two people hold it: the whole session has ended now."""
    REFUSED = "refused"
    """It is unknown, expired or pushed out, or its session has ended. Nothing has changed."""


class SessionStore(Protocol):
    """Keep sessions and their refresh tokens, with the obligations of all ports (`accredit.storage.ports`).

    What changes something returns only when it would survive a power cut; all or nothing. Every method raises
    `StorageFailed` where it cannot be done. What follows from the rows is decided by `accredit.storage.rules`.
    """

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        """Make a session durable, with its first refresh token if it has any.

        Of more than `MOST_SESSIONS` of its subject and client, one goes in the same transaction (`is_crowded`,
        `worth_keeping`): one that has ended, or else the one that was used longest ago; never the new one. What has
        overtaken the login is looked for in that transaction, too (`overtaken_login`).

        Raises:
            SubjectBlocked: the subject is blocked, or was since it was looked up; nothing is stored.
            NotLinked: the identity was unlinked or linked elsewhere since it was looked up; nothing is stored.
        """

    async def session(self, session_id: str) -> StoredSession | None:
        """Return the session of that id, live or not, as long as it is kept: until `kept_until` at least.

        Whether it has ended is asked anew each time (`has_ended`): a block or an unlinking ends it without its row.
        """

    async def sessions(self, subject: str) -> tuple[Session, ...]:
        """Return the sessions of a subject that have not ended, newest first."""

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        """Return the refresh token of that hash, live or not, as long as it is kept."""

    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        """Replace a refresh token by its successor, once: one transaction, safe across processes.

        A token that was replaced less than `leeway_s` ago is replaced again, at most `MOST_SUCCESSORS` times in all:
        its answer may have been lost (`state_of`, `rotation_of`). The successor must be of the same session. Where that
        makes too many live tokens, the session loses its own oldest (`pushed_out`), and of its replaced ones only
        `MOST_REPLACED` are known any longer (`forgotten`). `now` is the caller's, in epoch seconds.
        """

    async def end(self, session_id: str) -> None:
        """End a session: none of its tokens ever works again where we are asked."""

    async def end_all(self, subject: str) -> None:
        """End every session of a subject, and what is under way for it."""
