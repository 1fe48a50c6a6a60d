"""The storage in PostgreSQL, with connections of its own."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, MetaData, event
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from accredit.errors import AccreditError, ConfigurationError, StorageFailed, UnclearCommit
from accredit.storage.ports.keys import SealedKeys
from accredit.storage.ports.measured import Commit
from accredit.storage.ports.provider_tokens import KeptToken
from accredit.storage.ports.sessions import StoredRefreshToken, StoredSession
from accredit.storage.ports.subjects import StoredSubject
from accredit.storage.postgres.address import read as read_address
from accredit.storage.postgres.clearing import on_one_node
from accredit.storage.postgres.connector import UPGRADE_S, Connector
from accredit.storage.postgres.driver import cut
from accredit.storage.postgres.examination import check_server, unusable
from accredit.storage.postgres.frame import BoundedFrame, note_read_only
from accredit.storage.postgres.line_alone import LineAlone
from accredit.storage.postgres.lookups import Lookups
from accredit.storage.postgres.reading import Reading
from accredit.storage.postgres.session_rows import PostgresSessionRows
from accredit.storage.postgres.subject_rows import PostgresSubjectRows
from accredit.storage.postgres.used_rows import PostgresUsedRows
from accredit.storage.schema.postgres import bring_up_to_date
from accredit.storage.sql import key_rows, provider_token_rows
from accredit.storage.sql.batches import Piece, Stuck, commit, told
from accredit.storage.sql.failures import failure
from accredit.storage.sql.storage import SqlStorage, Waiting, tell
from accredit.storage.sql.tables import tables_in
from accredit.storage.sql.transactions import read

T = TypeVar("T")

MAX_CONNECTIONS = 10
_CLEAR_EVERY = 1_000
"""Changes of one node: to look for what is over takes three transactions, also where there is nothing."""
_FEWEST_CONNECTIONS = 3
"""One for look-ups, one that writes, and one for who waits for somebody else's lock: nobody waits for that one."""
_POOL_S = 2.0
"""So long a free connection is waited for."""
_RECYCLED_S = 1_800
_TOTAL_S = 6.0
"""For one transaction or look-up with all its statements and attempts."""


class PostgresStorage(SqlStorage):
    """Keep everything in the PostgreSQL database of `url`, with at most `max_connections` connections to it.

    One connection is for look-ups, which share statements; one of the others writes, whatever waits in one transaction;
    who is kept waiting by somebody else's lock waits on one of the rest. `clock` returns epoch seconds.

    Raises:
        ConfigurationError: the URL cannot be read, or there are too few connections.
    """

    _rows_of_sessions = PostgresSessionRows
    _rows_of_subjects = PostgresSubjectRows
    _rows_of_used = PostgresUsedRows
    _sessions: PostgresSessionRows
    _subjects: PostgresSubjectRows

    def __init__(
        self, url: str, *, max_connections: int = MAX_CONNECTIONS, clock: Callable[[], float] = time.time
    ) -> None:
        if max_connections < _FEWEST_CONNECTIONS:
            raise ConfigurationError(
                "storage.max_connections: PostgreSQL takes 3 at least, for look-ups, writes, and who waits for a lock"
            )
        self._address = read_address(url)
        self._connector = Connector(self._address)
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connector.connect,
            pool_size=max_connections - 1,
            max_overflow=0,
            pool_timeout=_POOL_S,
            pool_recycle=_RECYCLED_S,
            pool_use_lifo=True,
        )
        event.listen(engine.sync_engine, "handle_error", note_read_only)
        self._most_alone = max(1, max_connections // 2 - 1)
        self._commits = self._changes = 0
        self._watchers: list[Callable[[Commit], object]] = []
        self._mark: Callable[[], object] | None = None
        self._marks: dict[int, object] = {}
        """By the identity of the piece of work, while somebody waits for it."""
        self._left_behind: list[Lookups] = []
        """Kept: what is forgotten closes its connection, which may be that of the process this one was forked from."""
        super().__init__(engine, tables_in(MetaData(), prefix="", audit=True), clock=clock)
        self._writes = self._reads  # transactions begin and end by words of ours

    @classmethod
    def from_url(
        cls, url: str, /, *, clock: Callable[[], float] = time.time, max_connections: int = MAX_CONNECTIONS
    ) -> Self:
        """Return the storage for a URL, as `storage.url` takes it."""
        return cls(url, max_connections=max_connections, clock=clock)

    async def open(self) -> None:
        """Find the server, and bring the schema up to date.

        Raises:
            ConfigurationError: the database cannot be reached, written or upgraded; nothing is left open. `NotReadyYet`
                where that may pass by itself.
            LifecycleError: it is open already.
        """
        try:
            await super().open()
        except ConfigurationError:
            await self._engine.dispose()
            raise

    async def close(self) -> None:
        """Commit what is waiting, and close every connection."""
        await super().close()
        await self._alone.close()
        await self._lookups.close()
        await self._engine.dispose()

    async def session(self, session_id: str) -> StoredSession | None:
        """Look one up."""
        self._require_open()
        return await self._lookups.ask(self._reading.stored_sessions, session_id)

    async def find(self, token_hash: str) -> StoredRefreshToken | None:
        """Look up a refresh token."""
        self._require_open()
        return await self._lookups.ask(self._reading.tokens, token_hash)

    async def get(self, subject: str) -> StoredSubject | None:
        """Look up a subject."""
        self._require_open()
        return await self._lookups.ask(self._reading.stored_subjects, subject)

    async def look_up(self, namespace: str, user_id: str) -> tuple[StoredSubject | None, StoredSubject | None]:
        """Look up an identity, and the subject that it has by default."""
        self._require_open()
        return await self._lookups.ask(self._reading.identities, (namespace, user_id))

    async def subject_of(self, namespace: str, user_id: str) -> StoredSubject | None:
        """Look up an identity."""
        return (await self.look_up(namespace, user_id))[0]

    async def keys_version(self) -> int:
        """Return the version of the signing keys."""
        return await self._read(key_rows.version)

    async def sealed_keys(self) -> SealedKeys | None:
        """Return the signing keys."""
        return await self._read(key_rows.sealed)

    async def replace_keys(self, replacement: SealedKeys) -> bool:
        """Replace the signing keys."""
        done: bool = await self._write(Piece(partial(key_rows.replace, replacement=replacement)))
        return done

    async def keep_provider_token(self, token: KeptToken) -> None:
        """Keep a provider's token, in the place of one with the same id."""
        await self._write(Piece(partial(provider_token_rows.keep, token=token)))

    async def provider_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        """Return a subject's provider tokens."""
        return await self._read(partial(provider_token_rows.of_subject, subject=subject))

    async def provider_tokens_of(self, namespace: str, user_id: str) -> tuple[KeptToken, ...]:
        """Return an identity's provider tokens."""
        return await self._read(partial(provider_token_rows.of_identity, namespace=namespace, user_id=user_id))

    async def some_provider_tokens(self, after: str, limit: int) -> tuple[KeptToken, ...]:
        """Return some of all provider tokens."""
        return await self._read(partial(provider_token_rows.some, after=after, limit=limit))

    async def reseal_provider_token(self, token: KeptToken, sealed: str) -> bool:
        """Seal a provider's token anew, if it is as it was."""
        done: bool = await self._write(Piece(partial(provider_token_rows.reseal, token=token, sealed=sealed)))
        return done

    async def forget_provider_token(self, token: KeptToken) -> bool:
        """Delete a provider's token, if it is as it was."""
        done: bool = await self._write(Piece(partial(provider_token_rows.forget, token=token)))
        return done

    @property
    def _clear_every(self) -> int:
        return _CLEAR_EVERY

    def measured(self) -> Mapping[str, float]:
        """Return how much waits to be written, what was done so far, and how many connections are open and busy."""
        queue = len(self._waiting) + len(self._apart) + self._alone.size
        pool: Any = self._engine.pool
        return {
            "queue": queue,
            "commits": self._commits,
            "changes": self._changes,
            "pool_size": pool.size() + 1,
            "pool_in_use": pool.checkedout() + self._lookups.is_asking,
        }

    def watch_commits(self, heard: Callable[[Commit], object], *, mark: Callable[[], object] | None = None) -> None:
        """Tell of each commit."""
        self._watchers.append(heard)
        self._mark = mark or self._mark

    async def _write(self, piece: Piece) -> Any:
        if self._mark is None:
            return await super()._write(piece)
        self._marks[id(piece)] = self._mark()
        try:
            return await super()._write(piece)
        finally:
            del self._marks[id(piece)]

    async def _look(self, connection: AsyncConnection) -> None:
        await connection.run_sync(check_server, self._address)
        patient = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=partial(self._connector.connect, answer_s=UPGRADE_S),
            poolclass=NullPool,
        )
        async with patient.connect() as alone:
            await alone.run_sync(bring_up_to_date)

    def _unusable(self, exc: Exception) -> ConfigurationError:
        return unusable(exc, self._address)

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._lookups = Lookups(self._connector)
        self._left_behind.append(self._lookups)
        self._reading = Reading(self._lookups, self._sessions, self._subjects)
        self._alone = LineAlone(self._most_alone, self._waited_alone)

    async def _read(self, work: Callable[[Connection], T]) -> T:
        self._require_open()
        try:
            async with asyncio.timeout(_TOTAL_S), self._reads.connect() as connection:
                return await connection.run_sync(_read_or_cut, work)
        except AccreditError:
            raise
        except Exception as exc:
            raise failure(exc) from None  # the cause quotes values

    async def _write_apart(self, piece: Piece) -> Any:
        """Delete what is over: on a connection of its own, and on no two nodes at once."""
        self._require_open()
        waiting: Waiting = (Piece(partial(on_one_node, piece)), asyncio.get_running_loop().create_future())
        [outcome] = await self._outcomes_of([waiting])
        if isinstance(outcome, Stuck):
            raise StorageFailed("a lock that somebody else holds was not free in time")
        return told(outcome)

    async def _commit(self, batch: list[Waiting]) -> None:
        """Write a batch; whoever is kept waiting by somebody else's lock leaves the line, and keeps nobody waiting."""
        free = [one for one in batch if not self._alone.takes(one)]
        if not free:
            return
        for waiting, outcome in zip(free, await self._outcomes_of(free), strict=True):
            if isinstance(outcome, Stuck):
                self._alone.put(waiting)
            else:
                tell(waiting, outcome)
        if len(free) > 1:  # whoever comes back at once, as under load, is in the next batch and not in the one after it
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def _transacted(self, pieces: list[Piece]) -> list[object]:
        return await self._in_frame(pieces, BoundedFrame.brief())

    async def _waited_alone(self, piece: Piece) -> object:
        try:
            [outcome] = await self._in_frame([piece], BoundedFrame.patient())
        except Exception as exc:
            return failure(exc)
        return outcome

    async def _in_frame(self, pieces: list[Piece], frame: BoundedFrame) -> list[object]:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(_TOTAL_S) as bound, self._writes.connect() as connection:
                work = partial(commit, how=self._together, pieces=pieces, frame=frame)
                outcomes = await connection.run_sync(work)
                bound.reschedule(None)  # what is committed is told, however late it has become
        except TimeoutError:
            if frame.is_committing:
                raise UnclearCommit("the answer to a commit has not come in time") from None
            raise StorageFailed("the database has not answered in time") from None
        finally:
            if frame.is_read_only:
                self._lookups.drop_connection()
        self._commits += 1
        self._changes += len(pieces)
        if self._watchers:
            self._tell_watchers(began, pieces)
        return outcomes

    def _tell_watchers(self, began: float, pieces: list[Piece]) -> None:
        marks = tuple(self._marks.get(id(piece)) for piece in pieces) if self._marks else ()
        commit = Commit(began, time.perf_counter() - began, len(pieces), "postgresql", marks)
        for heard in self._watchers:
            with suppress(Exception):  # what is stored is stored
                heard(commit)


def _read_or_cut(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Run a look-up. What was not answered in time, or not waited for, may be answered in the place of the next."""
    try:
        return read(connection, work)
    except (OSError, asyncio.CancelledError):
        cut(connection)
        raise
