"""The port for subjects: which identity is whose, and who is blocked."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredSubject:
    """What is stored about one subject, as seen from one identity."""

    id: str
    blocked: bool = False
    unlinked: bool = False
    """The identity was taken off this subject: it is nobody's until it is linked again."""


def default_subject(strategy: str, user_id: str) -> str:
    """Return the subject of an identity for which nothing else was decided. A provider's user id holds no `|`."""
    return f"{strategy}|{user_id}"


class SubjectStore(Protocol):
    """Keep subjects and their identities. An identity, (strategy, provider user id), has at most one subject.

    Ids compare exactly. What changes something is durable when it returns. Every method raises `StorageFailed` where
    it cannot be done.
    """

    async def subject_of(self, strategy: str, user_id: str) -> StoredSubject | None:
        """Return the subject an identity was entered under, or taken off; None if the identity is not stored."""

    async def get(self, subject: str) -> StoredSubject | None:
        """Return what is stored about a subject; None, and so not blocked, if that is nothing."""

    async def create(self, strategy: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter a new identity under `subject`; of many at once one wins, and all get the same answer.

        An identity that is stored already keeps its subject, which is returned.
        """

    async def link(self, strategy: str, user_id: str, subject: str, *, now: int) -> bool:
        """Give an identity to `subject`. False: it belongs to another one, and nothing has changed."""

    async def unlink(self, strategy: str, user_id: str) -> None:
        """Take an identity off its subject, and revoke the refresh tokens that its logins were given."""

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """Return the identities stored under a subject, oldest first."""

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the value, not a switch
        """Block a subject, which revokes its refresh tokens, or let it in again."""
