"""What a host does to its subjects: block them, and decide which identities are theirs."""

import time
from collections.abc import Callable
from typing import Protocol

from accredit.models import problem_of_subject_id
from accredit.storage import SubjectStore


class Report(Protocol):
    """Takes note of what has become of a subject."""

    def __call__(self, event: str, /, **fields: str | None) -> None:
        """Log `event`, such as `subject.blocked`."""


def _tell_nobody(_event: str, /, **_fields: str | None) -> None:
    pass


class Subjects:
    """Subjects and their identities, as `Exchange.subjects`. Works at once in every process that shares the storage.

    What is stored counts for plugins' subjects too when they are blocked; whose an identity is, a plugin decides first.
    Every method raises `StorageFailed` where it cannot be done, and what `require_open` raises. `clock` returns epoch
    seconds.
    """

    def __init__(
        self,
        store: SubjectStore,
        *,
        clock: Callable[[], float] = time.time,
        report: Report = _tell_nobody,
        require_open: Callable[[], None] = lambda: None,
    ) -> None:
        self._stored = store
        self._require_open = require_open
        self._clock = clock
        self._report = report

    @property
    def _store(self) -> SubjectStore:
        self._require_open()
        return self._stored

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """Return the identities, (strategy, user id), that are stored for a subject, oldest first.

        Under policy `stateless` only what was linked is stored, not the identity that a subject is named after.
        """
        return await self._store.identities(subject)

    async def is_blocked(self, subject: str) -> bool:
        """Tell whether a subject is blocked."""
        stored = await self._store.get(subject)
        return stored is not None and stored.blocked

    async def block(self, subject: str) -> None:
        """Refuse every login of a subject, known here or not, and revoke its refresh tokens."""
        await self._store.set_blocked(subject, blocked=True)
        self._report("subject.blocked", subject=subject)

    async def unblock(self, subject: str) -> None:
        """Let a subject log in again. Its refresh tokens stay revoked."""
        await self._store.set_blocked(subject, blocked=False)
        self._report("subject.unblocked", subject=subject)

    async def link(self, strategy: str, user_id: str, subject: str) -> bool:
        """Give an identity to a subject, or tell by False that it is another one's.

        Be sure that both are one person. An equal e-mail address proves nothing.

        Raises:
            ValueError: `subject` cannot become `sub`.
        """
        if problem := problem_of_subject_id(subject):
            raise ValueError(f"a subject's id {problem}")
        linked = await self._store.link(strategy, user_id, subject, now=int(self._clock()))
        if linked:
            self._report("subject.linked", subject=subject, strategy=strategy, user_id=user_id)
        return linked

    async def unlink(self, strategy: str, user_id: str) -> None:
        """Take an identity off its subject: it logs in nobody until it is linked again, and its grants are revoked."""
        await self._store.unlink(strategy, user_id)
        self._report("subject.unlinked", strategy=strategy, user_id=user_id)
