"""The storage over a host's asynchronous engine, with group commit."""

import asyncio
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from accredit.errors import AccreditError, ConfigurationError, LifecycleError, StorageFailed
from accredit.storage.sql import schema, sqlite
from accredit.storage.sql.batches import Piece, commit, told
from accredit.storage.sql.failures import failure
from accredit.storage.sql.heirloom import Heirloom
from accredit.storage.sql.methods import SqlMethods
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.transactions import for_reads, for_writes, read

T = TypeVar("T")

_LARGEST_BATCH = 128
"""Of pieces in one transaction, each of which may lock two or three names: PostgreSQL has room for thousands."""
_MOST_WAITING = 8_192
"""Pieces that are not begun. More is refused at once."""
_MOST_BATCHES = 10
"""While so many are written without a pause, what is over stays."""

Waiting = tuple[Piece, "asyncio.Future[Any]"]
"""A piece of work, and who is told what came of it."""


class SqlStorage(SqlMethods):
    """Keep everything in `tables` (`tables_in`, `tables_of`), through the host's own asynchronous engine.

    One connection of its pool writes, whatever waits in one transaction; each look-up takes another one for a moment.
    The engine stays the host's: it is not closed. `create_tables` makes what is missing, for examples and tests.
    `clock` returns epoch seconds.

    Raises:
        ConfigurationError: the engine is a blocking one, or its database is not known.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        tables: Tables,
        *,
        create_tables: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(tables, clock=clock)
        if not isinstance(engine, AsyncEngine):
            raise ConfigurationError(
                f"storage: SqlStorage takes an asynchronous engine, and this is a {type(engine).__name__}: make it "
                "with sqlalchemy.ext.asyncio.create_async_engine, or use SyncSqlStorage"
            )
        schema.check_dialect(engine.dialect.name)
        if sqlite.is_shared(engine.pool):
            raise ConfigurationError(
                "storage: a database in memory has one connection, and each task would write into the others' "
                "transactions: use a file, such as sqlite+aiosqlite:///test.db"
            )
        self._engine = engine
        self._reads = AsyncEngine(for_reads(engine.sync_engine))
        self._writes = AsyncEngine(for_writes(engine.sync_engine))
        self._create_tables = create_tables
        self._opened_in: int | None = None
        """The process: what is forked from it opens it for itself."""
        self._heirloom = Heirloom(engine.sync_engine)
        self._begin_anew()

    async def open(self) -> None:
        """Look whether the tables are there.

        Raises:
            ConfigurationError: a table is missing, or the database cannot be reached.
            LifecycleError: it is open already.
        """
        if self._is_open():
            raise LifecycleError("the storage is open already: give each Exchange a storage of its own")
        if self._heirloom.is_inherited():
            self._begin_anew()  # what waits, waits in a loop that is not here
        try:
            async with self._engine.connect() as connection:
                await self._look(connection)
        except AccreditError:
            raise
        except Exception as exc:
            raise self._unusable(exc) from exc
        self._opened_in = os.getpid()

    async def _look(self, connection: AsyncConnection) -> None:
        """Look whether the tables are there."""
        if self._create_tables:
            await connection.run_sync(schema.make, self._tables)
        await connection.run_sync(schema.check, self._tables)

    async def close(self) -> None:
        """Commit what is waiting. The engine stays open: it is the host's."""
        self._opened_in = None
        tasks = [task for task in (self._writer, self._clearing) if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    def _unusable(self, exc: Exception) -> ConfigurationError:
        return schema.unusable(exc)

    def _begin_anew(self) -> None:
        self._waiting: list[Waiting] = []
        self._apart: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._clearing: asyncio.Task[None] | None = None

    async def _read(self, work: Callable[[Connection], T]) -> T:
        self._require_open()
        try:
            async with self._reads.connect() as connection:
                return await connection.run_sync(read, work)
        except AccreditError:
            raise
        except Exception as exc:
            raise failure(exc) from None  # the cause quotes values

    async def _write(self, piece: Piece) -> Any:
        return await self._written_in(self._waiting, piece)

    async def _write_apart(self, piece: Piece) -> Any:
        return await self._written_in(self._apart, piece)

    async def _written_in(self, line: "list[Waiting]", piece: Piece) -> Any:
        self._require_open()
        if len(line) >= _MOST_WAITING:
            raise StorageFailed("more waits to be written than the database keeps up with")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        line.append((piece, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
        try:
            return told(await done)
        finally:
            piece.asker.has_gone = True

    async def _make_room(self) -> None:
        """Delete some of what is over, in a task of its own: a login does not wait for it."""
        if self._clearing is None or self._clearing.done():
            self._clearing = asyncio.create_task(super()._make_room())

    def _is_open(self) -> bool:
        return self._opened_in == os.getpid()

    def _require_open(self) -> None:
        if not self._is_open():
            raise StorageFailed("the store is closed")

    async def _write_waiting(self) -> None:
        """Write until nobody waits. What comes in meanwhile shares the next transaction.

        A task of its own: a caller that is cancelled takes nothing with it that others wait for. What stands apart is
        written piece by piece, when nobody else waits.
        """
        batches = 0
        while self._waiting or self._apart:
            if self._apart and (not self._waiting or batches >= _MOST_BATCHES):
                line, most, batches = self._apart, 1, 0
            else:
                line, most, batches = self._waiting, _LARGEST_BATCH, batches + 1
            batch = line[:most]
            del line[:most]
            # What nobody waits for any more before it was begun is not done: it would land though it was refused.
            batch = [(piece, done) for piece, done in batch if not done.done()]
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[Waiting]) -> None:
        for waiting, outcome in zip(batch, await self._outcomes_of(batch), strict=True):
            tell(waiting, outcome)

    async def _outcomes_of(self, batch: list[Waiting]) -> list[object]:
        try:
            return await self._transacted([piece for piece, _ in batch])
        except asyncio.CancelledError:  # the loop ends
            for _, done in batch:
                done.cancel()
            raise
        except Exception as exc:
            return [failure(exc) for _ in batch]

    async def _transacted(self, pieces: list[Piece]) -> list[object]:
        """Run pieces of work in one transaction; return what each caller is to be told."""
        async with self._writes.connect() as connection:
            return await connection.run_sync(partial(commit, how=self._together, pieces=pieces))


def tell(waiting: Waiting, outcome: object) -> None:
    """Tell whoever still waits what came of a piece of work."""
    done = waiting[1]
    if not done.done():  # its exchange gave up meanwhile
        done.set_result(outcome)
