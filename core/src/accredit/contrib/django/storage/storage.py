"""The storage that Django's database is: each method one transaction, in the thread of whoever waits for it."""

import itertools
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import Error, OperationalError, ProgrammingError

from accredit.contrib.django.storage import sessions, subjects, used_once
from accredit.contrib.django.storage.locks import write_nothing
from accredit.contrib.django.storage.tables import Tables
from accredit.errors import StorageFailed
from accredit.models import MainToken
from accredit.storage import RefreshToken, Rotation, Session, StoredRefreshToken, StoredSession, StoredSubject
from accredit.sync import run_in_caller

T = TypeVar("T")

_PRUNE_EVERY = 100
_PRUNED_AT_ONCE = 2 * _PRUNE_EVERY
"""So that it keeps up. No more: whoever comes at that moment waits for it."""


class DjangoStorage:
    """Keep everything in the models of `tables`, by default those of the app `accredit`.

    In a transaction of the caller's, such as that of `TestCase` or `ATOMIC_REQUESTS`, each method is a part of it, and
    is durable when that is. `clock` returns epoch seconds; it says what has expired and may be deleted.
    """

    def __init__(self, tables: Tables | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._tables = Tables.named({}) if tables is None else tables
        self._clock = clock
        self._turns = itertools.count(1)

    async def open(self) -> None:
        """Do nothing: `migrate` has made the tables, and connections are Django's affair."""

    async def close(self) -> None:
        """Do nothing."""

    async def check(self) -> None:
        """Write what changes nothing."""
        await self._run(lambda: write_nothing(self._tables.using))

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        """Store one session, and now and then delete what has expired."""
        await self._run(lambda: sessions.start(self._tables, session, token))
        if next(self._turns) % _PRUNE_EVERY == 0:
            await self._run(lambda: self.clear(_PRUNED_AT_ONCE))

    async def session(self, session_id: str) -> StoredSession | None:
        """Look one up."""
        return await self._run(lambda: sessions.session(self._tables, session_id))

    async def sessions(self, subject: str) -> tuple[Session, ...]:
        """List a subject's live sessions."""
        return await self._run(lambda: sessions.sessions(self._tables, subject))

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        """Look up a refresh token with its session."""
        return await self._run(lambda: sessions.find(self._tables, token_hash))

    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        """Replace one refresh token by another; see `SessionStore`."""
        return await self._run(lambda: sessions.rotate(self._tables, token_hash, successor, now=now, leeway_s=leeway_s))

    async def end(self, session_id: str) -> None:
        """End one session."""
        await self._run(lambda: sessions.end(self._tables, session_id))

    async def end_all(self, subject: str) -> None:
        """End one subject's sessions."""
        await self._run(lambda: subjects.end_all(self._tables, subject, self._clock))

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        """Look up an identity."""
        return await self._run(lambda: subjects.subject_of(self._tables, namespace, user_id))

    async def get(self, subject: str) -> StoredSubject | None:
        """Look up a subject."""
        return await self._run(lambda: subjects.get(self._tables, subject))

    async def look_up(self, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
        """Look up an identity, and the subject that it has by default."""
        return await self._run(lambda: subjects.look_up(self._tables, namespace, user_id))

    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter an identity, unless it is there."""
        return await self._run(lambda: subjects.create(self._tables, namespace, user_id, subject, now))

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        """Enter an identity, unless it is another subject's."""
        return await self._run(
            lambda: subjects.link(
                self._tables,
                namespace,
                user_id,
                subject,
                now=now,
                main=main,
                clock=self._clock,
                find_session=lambda session_id: sessions.session(self._tables, session_id),
            )
        )

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject."""
        await self._run(lambda: subjects.unlink(self._tables, namespace, user_id, self._clock))

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities."""
        return await self._run(lambda: subjects.identities(self._tables, subject))

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the port
        """Block a subject, or let it in again."""
        await self._run(lambda: subjects.set_blocked(self._tables, subject, self._clock, blocked=blocked))

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Remember an identifier."""
        return await self._run(lambda: used_once.first_use(self._tables, jti, expires_at, self._clock()))

    def clear(self, most: int) -> int:
        """Delete what has expired: at most `most` sessions, and as many identifiers; return how many. Blocks."""
        now = self._clock()
        return sessions.prune(self._tables, most, now) + used_once.prune(self._tables, most, now)

    async def _run(self, function: Callable[[], T]) -> T:
        """Run what needs the database where the caller is.

        Raises:
            StorageFailed: it cannot be done. The message is left out: databases quote what they were given.
        """

        def guarded() -> T:
            try:
                return function()
            # Text that a database cannot hold is no `Error`, nor are numbers that are too large for it.
            except (Error, ValueError, OverflowError) as exc:
                raise StorageFailed(f"Django's database: {type(exc).__name__}{_advice(exc)}") from None

        return await run_in_caller(guarded)


def _advice(exc: Exception) -> str:
    """Say what lies behind most of the errors that come with a table that is not there, on one database or another."""
    return "; is it up, and has manage.py migrate run?" if isinstance(exc, OperationalError | ProgrammingError) else ""
