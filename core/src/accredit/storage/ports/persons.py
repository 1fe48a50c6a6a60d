"""The port for what is stored about one person: shown, and taken away. Not asked of every storage."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from accredit.storage.ports.sessions import StoredSession
from accredit.storage.ports.subjects import StoredSubject


@dataclass(frozen=True, slots=True)
class StoredIdentity:
    """An identity that a subject has, or had last. `linked_at` is epoch seconds."""

    namespace: str
    user_id: str
    linked_at: int | None
    unlinked: bool


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """A session, with the times of its refresh tokens, never their hashes."""

    session: StoredSession
    refresh_tokens: tuple[tuple[int, int | None], ...]
    """When each was issued, and when it was replaced, None where it was not; epoch seconds."""


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """All that a storage has of a subject, but for the audit rows."""

    subject: StoredSubject | None
    identities: tuple[StoredIdentity, ...]
    """Oldest first."""
    logins: tuple[StoredLogin, ...]
    """Those of the subject, and those by its identities when these were another one's; oldest first."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much was taken away, and whether the subject was blocked, and so still is."""

    identities: int
    sessions: int
    blocked: bool
    unrevoked: tuple[str, ...] = ()
    """Connections of which a kept token could not be revoked at the provider; it is kept still, to try again. A storage
    leaves it empty."""


@runtime_checkable
class PersonStore(Protocol):
    """Show and erase a person, with the obligations of all ports (`accredit.storage.ports`).

    Every method raises `StorageFailed` where it cannot be done.
    """

    async def person(self, subject: str) -> StoredPerson:
        """Return all that is stored about a subject."""

    async def erase(self, subject: str) -> Erasure:
        """Delete the identities of a subject, its sessions and those by its identities, with their refresh tokens.

        All or nothing. Its own row stays, or is made: blocked as it was, with a grown version and outdated from now
        on, as a block would leave it. Else a login under way would come back half, and older tokens would be good
        again. What logs in later begins anew.
        """

    async def forget_ended(self, subject: str) -> int:
        """Delete the sessions of a subject that have ended; return how many.

        Called `COMMIT_S` after `erase`, it takes what was being committed meanwhile: such a session has ended by the
        subject's version.
        """
