"""The storage in SQLite: each method is a piece of work for the writer, or a read."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Self, TypeVar, TypeVarTuple

from accredit.errors import ConfigurationError, LifecycleError, StorageFailed
from accredit.models import MainToken
from accredit.storage.migrate import migrate, unusable
from accredit.storage.ports.keys import SealedKeys
from accredit.storage.ports.measured import Commit
from accredit.storage.ports.persons import Erasure, StoredPerson
from accredit.storage.ports.provider_tokens import KeptToken
from accredit.storage.ports.sessions import RefreshToken, Rotation, Session, StoredRefreshToken, StoredSession
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.sqlite import (
    key_rows,
    links,
    person_rows,
    provider_token_rows,
    session_rows,
    subject_rows,
    used_rows,
)
from accredit.storage.sqlite.audit import SqliteAudit
from accredit.storage.sqlite.files import DatabaseFiles
from accredit.storage.sqlite.writer import Work, Writer, failure

T = TypeVar("T")
Asked = TypeVarTuple("Asked")

_BUSY_TIMEOUT_S = 5.0


class SqliteStorage:
    """Keep everything in the SQLite database at `path`, made on first use and readable by its owner only.

    `clock` returns epoch seconds; it says what has expired and may be deleted.
    """

    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        self._clock = clock
        self._writer: Writer | None = None
        self._process = 0
        self._inherited: list[tuple[Writer, sqlite3.Connection]] = []
        self._watchers: list[Callable[[Commit], object]] = []
        self._mark: Callable[[], object] | None = None
        self.audit = SqliteAudit(self._do, self._look)

    @classmethod
    def from_url(cls, url: str, /, *, clock: Callable[[], float] = time.time) -> Self:
        """Return the storage for `sqlite:///PATH`; four slashes begin an absolute path."""
        return cls(url.removeprefix("sqlite:///"), clock=clock)

    async def open(self) -> None:
        """Migrate the schema and start the writer.

        Raises:
            ConfigurationError: the database cannot be opened or written, or belongs to a newer version.
            LifecycleError: it is open already.
        """
        self._leave_behind()
        if self._writer is not None:
            raise LifecycleError("the storage is open already: give each Exchange a storage of its own")
        await asyncio.to_thread(migrate, self._path)
        if not self._is_writable():
            raise ConfigurationError(
                f"storage.url: {self._path} cannot be written: change its permissions or its place"
            )
        try:
            connection, self._reader = await asyncio.to_thread(self._connect)
        except sqlite3.Error as exc:
            raise unusable(self._path, exc) from exc
        self._files = DatabaseFiles(self._path)
        self._writer = Writer(
            connection,
            insert=session_rows.insert,
            prune=self._prune,
            check=self._files.check_all,
            watchers=self._watchers,
            mark=self._mark,
        )
        self._process = os.getpid()

    def _leave_behind(self) -> None:
        """Leave what the process had opened from which this one was forked: nobody may use it, nor close it.

        Source: https://www.sqlite.org/howtocorrupt.html section 2.6.
        """
        if self._writer is not None and self._process != os.getpid():
            self._inherited.append((self._writer, self._reader))
            self._writer = None

    async def close(self) -> None:
        """Commit what is waiting, then stop the writer."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            try:
                await writer.close()
            finally:
                self._reader.close()

    async def check(self) -> None:
        """Write the database's header once more, as it is: one page and one commit, which is what a login costs."""
        await self._write(_rewrite_header)
        if not self._is_writable():  # what is open stays writable, and the next start will fail
            raise StorageFailed("the database file is read-only")

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        """Insert one session."""
        await self._open().put((session, token))

    async def session(self, session_id: str) -> StoredSession | None:
        """Look one up."""
        return await self._read(session_rows.session, session_id)

    async def sessions(self, subject: str) -> tuple[Session, ...]:
        """List a subject's live sessions."""
        return await self._read(session_rows.sessions, subject)

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        """Look up a refresh token."""
        return await self._read(session_rows.find, token_hash)

    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        """Replace one refresh token by another."""
        return await self._write(
            partial(session_rows.rotate, token_hash=token_hash, successor=successor, now=now, leeway_s=leeway_s)
        )

    async def end(self, session_id: str) -> None:
        """End one session."""
        await self._write(partial(session_rows.end, session_id=session_id))

    async def end_all(self, subject: str) -> None:
        """End one subject's sessions."""
        await self._write(partial(subject_rows.end_all, subject=subject, clock=self._clock))

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        """Look up an identity."""
        return await self._read(subject_rows.subject_of, namespace, user_id)

    async def get(self, subject: str) -> StoredSubject | None:
        """Look up a subject."""
        return await self._read(subject_rows.get, subject)

    async def look_up(self, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
        """Look up an identity, and the subject that it has by default."""
        return await self._read(subject_rows.look_up, namespace, user_id)

    async def create(self, namespace: str, user_id: str, subject: str, *, now: int) -> StoredSubject:
        """Enter an identity, unless it is there."""
        return await self._write(
            partial(subject_rows.create, namespace=namespace, user_id=user_id, subject=subject, now=now)
        )

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        """Enter an identity, unless it is another subject's."""
        return await self._write(
            partial(
                links.link,
                namespace=namespace,
                user_id=user_id,
                subject=subject,
                now=now,
                main=main,
                clock=self._clock,
            )
        )

    async def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject."""
        await self._write(partial(subject_rows.unlink, namespace=namespace, user_id=user_id, clock=self._clock))

    async def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """List a subject's identities."""
        return await self._read(subject_rows.identities, subject)

    async def set_blocked(self, subject: str, blocked: bool) -> None:  # noqa: FBT001 - the port
        """Block a subject, or let it in again."""
        await self._write(partial(subject_rows.set_blocked, subject=subject, clock=self._clock, blocked=blocked))

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Remember an identifier."""
        return await self._write(partial(used_rows.first_use, jti=jti, expires_at=expires_at, now=self._clock()))

    async def keys_version(self) -> int:
        """Return the version of the signing keys."""
        return await self._read(key_rows.version)

    async def sealed_keys(self) -> SealedKeys | None:
        """Return the signing keys."""
        return await self._read(key_rows.sealed)

    async def replace_keys(self, replacement: SealedKeys) -> bool:
        """Replace the signing keys."""
        return await self._write(partial(key_rows.replace, replacement=replacement))

    async def keep_provider_token(self, token: KeptToken) -> None:
        """Keep a provider's token, in the place of one with the same id."""
        await self._write(partial(provider_token_rows.keep, token=token))

    async def provider_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        """Return a subject's provider tokens."""
        return await self._read(provider_token_rows.of_subject, subject)

    async def provider_tokens_of(self, namespace: str, user_id: str) -> tuple[KeptToken, ...]:
        """Return an identity's provider tokens."""
        return await self._read(provider_token_rows.of_identity, namespace, user_id)

    async def some_provider_tokens(self, after: str, limit: int) -> tuple[KeptToken, ...]:
        """Return some of all provider tokens."""
        return await self._read(provider_token_rows.some, after, limit)

    async def reseal_provider_token(self, token: KeptToken, sealed: str) -> bool:
        """Seal a provider's token anew, if it is as it was."""
        return await self._write(partial(provider_token_rows.reseal, token=token, sealed=sealed))

    async def forget_provider_token(self, token: KeptToken) -> bool:
        """Delete a provider's token, if it is as it was."""
        return await self._write(partial(provider_token_rows.forget, token=token))

    async def person(self, subject: str) -> StoredPerson:
        """Return all that is stored about a subject."""
        return await self._look(partial(person_rows.person, subject=subject))

    async def erase(self, subject: str) -> Erasure:
        """Delete a subject's identities and sessions, and outdate it."""
        erasure = None
        while erasure is None:
            known, begun = await self._look(partial(person_rows.elsewhere, subject=subject))
            erasure = await self._do(
                partial(person_rows.erase, subject=subject, clock=self._clock, known=known, begun=begun)
            )
        return erasure

    async def forget_ended(self, subject: str) -> int:
        """Delete the sessions of a subject that have ended."""
        return await self._do(partial(person_rows.forget_ended, subject=subject))

    def measured(self) -> Mapping[str, float]:
        """Return how much waits, and what was done so far."""
        writer = self._writer
        if writer is None:
            return {}
        return {"queue": writer.waiting, "commits": writer.commits, "changes": writer.changes}

    def watch_commits(self, heard: Callable[[Commit], object], *, mark: Callable[[], object] | None = None) -> None:
        """Tell of each commit."""
        self._watchers.append(heard)
        self._mark = mark or self._mark

    def _open(self) -> Writer:
        if self._writer is None:
            raise StorageFailed("the store is closed")
        return self._writer

    def _write(self, work: Work[T]) -> "asyncio.Future[T]":
        return self._open().put(work)

    async def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._write(work)

    async def _look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run what may read many rows in a thread, all of it as of one moment: it holds up nobody."""
        self._open()
        self._files.check()
        return await asyncio.to_thread(self._looked, work)

    def _looked(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with closing(self._connection(timeout_s=_BUSY_TIMEOUT_S)) as connection:
                connection.execute("BEGIN")
                return work(connection)
        except sqlite3.Error as exc:
            raise failure(exc) from None

    async def _read(self, work: Callable[[sqlite3.Connection, *Asked], T], *asked: *Asked) -> T:
        """Run an indexed look-up right here: a few microseconds, where a trip through a thread costs forty.

        In WAL mode readers wait for nobody, but for a moment after a crash. Then, as with any other trouble, the writer
        does it: it can wait without holding up everybody.
        """
        self._open()
        try:
            result = work(self._reader, *asked)
        except sqlite3.Error:
            return await self._write(lambda connection: work(connection, *asked))
        self._files.check()
        return result

    def _is_writable(self) -> bool:
        return os.access(self._path, os.W_OK)

    def _prune(self, connection: sqlite3.Connection, most: int) -> bool:
        now = self._clock()
        gone = session_rows.prune(connection, most, now), used_rows.prune(connection, most, now)
        return most in gone

    def _connect(self) -> tuple[sqlite3.Connection, sqlite3.Connection]:
        writer = self._connection(timeout_s=_BUSY_TIMEOUT_S)
        try:
            writer.execute("PRAGMA journal_mode=WAL")
            writer.execute("PRAGMA synchronous=FULL")
            writer.execute("PRAGMA foreign_keys=ON")  # a session's refresh tokens go with it
            writer.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first read opens the log too
            reader = self._connection(timeout_s=0)
        except sqlite3.Error:
            writer.close()
            raise
        return writer, reader

    def _connection(self, *, timeout_s: float) -> sqlite3.Connection:
        # Made in one thread and used in another, but never in two at once.
        return sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=timeout_s)


def _rewrite_header(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.execute(f"PRAGMA user_version = {int(version)}")
