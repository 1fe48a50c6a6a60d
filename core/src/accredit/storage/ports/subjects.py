"""The port for subjects: which identity is whose, and who is blocked."""

from dataclasses import dataclass
from typing import Protocol

from accredit._quick_init import with_quick_init
from accredit.models import MainToken


@with_quick_init
@dataclass(frozen=True, slots=True)
class StoredSubject:
    """What is stored about one subject, as seen from one identity."""

    id: str
    blocked: bool = False
    unlinked: bool = False
    """The identity was taken off this subject: it is nobody's until it is linked again."""
    identity_version: int = 0
    """Grows whenever the identity is linked or unlinked; 0 while it is not stored. Every session that began before
    has ended by it."""
    version: int = 0
    """Grows whenever all its sessions are ended, as by a block; 0 while it is not stored. Every session that began
    before has ended."""
    outdated_at: int | None = None
    """When an identity was last taken off this subject, or the subject blocked, in epoch seconds: older tokens of ours
    that belong to no session are good for nothing."""


class SubjectStore(Protocol):
    """Keep subjects and their identities, with the obligations of all ports (`accredit.storage.ports`).

    An identity, (namespace, provider user id), has at most one subject. Ids compare exactly. What changes something is
    durable when it returns. `now` says when a row was asked for; what is compared later, `outdated_at`, comes from the
    storage's own clock, and never goes back. Every method raises `StorageFailed` where it cannot be done.
    """

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        """Return the subject an identity was entered under, or taken off; None if the identity is not stored."""

    async def get(self, subject: str) -> StoredSubject | None:
        """Return what is stored about a subject; None, and so not blocked, if that is nothing."""

    async def look_up(self, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
        """Return what `subject_of` does, and what `get` does for the subject that the identity has by default.

        In one read, where that is less work than two: every login asks it.
        """

    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter a new identity under `subject`; of many at once one wins, and all get the same answer.

        An identity that is stored already keeps its subject, which is returned.
        """

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        """Give an identity to `subject`, and end the sessions it has had for another one.

        Where it belongs to another subject already (`is_taken`), nothing changes and that one is returned. Its version
        grows, or begins as `first_version` says; then its default subject is outdated. `main` is by what the user asks
        for it, None where the host does; what has overtaken it is looked for in the same transaction
        (`overtaken_link`).

        Raises:
            InvalidMainToken: the session of `main` has ended, or it is older than the last unlinking.
            SubjectBlocked: the user is blocked.
        """

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject, and end every session that it began.

        It stays known, as nobody's, also where it was not stored: else it would be back at its next login. Its version
        grows, and the subjects are outdated that `outdated_by_unlinking` names.
        """

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """Return the identities stored under a subject, oldest first."""

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the value, not a switch
        """Block a subject, which ends its sessions, or let it in again, which brings none of them back.

        A subject that is not stored can be blocked all the same. Each block lets its version grow, and outdates it.
        """
