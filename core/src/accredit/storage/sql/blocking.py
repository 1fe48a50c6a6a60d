"""The storage over a host's blocking engine: each piece of work in the thread of whoever called a blocking door."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, SingletonThreadPool

from accredit._caller import run_in_caller
from accredit.errors import AccreditError, ConfigurationError, LifecycleError, StorageFailed
from accredit.storage.sql import schema, sqlite
from accredit.storage.sql.batches import Piece, commit, told
from accredit.storage.sql.failures import failure
from accredit.storage.sql.heirloom import Heirloom
from accredit.storage.sql.methods import SqlMethods
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.transactions import for_reads, for_writes, read
from accredit.storage.sql.under_way import WorkUnderWay

T = TypeVar("T")


class SyncSqlStorage(SqlMethods):
    """Keep everything in `tables` (`tables_in`, `tables_of`), through the host's own blocking engine.

    For `accredit.sync.Exchange`: it works in the thread of whoever called, as the host's other database work does, on
    a connection of its own for each piece, and so in a transaction of its own; elsewhere in a worker thread. The engine
    stays the host's: it is not closed. `create_tables` makes what is missing, for examples and tests. `clock` returns
    epoch seconds.

    Raises:
        ConfigurationError: the engine is an asynchronous one, or its database is not known.
    """

    def __init__(
        self,
        engine: Engine,
        tables: Tables,
        *,
        create_tables: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(tables, clock=clock)
        if not isinstance(engine, Engine):
            raise ConfigurationError(
                f"storage: SyncSqlStorage takes a blocking engine, and this is a {type(engine).__name__}: make it with "
                "sqlalchemy.create_engine, or use SqlStorage"
            )
        schema.check_dialect(engine.dialect.name)
        if isinstance(engine.pool, SingletonThreadPool):
            raise ConfigurationError(
                "storage: this database in memory is another one in each thread: use a file, or "
                "create_engine(…, poolclass=StaticPool, connect_args={'check_same_thread': False})"
            )
        self._engine = engine
        self._reads = for_reads(engine)
        self._writes = for_writes(engine)
        self._create_tables = create_tables
        self._opened_in: int | None = None
        """The process: what is forked from it opens it for itself."""
        self._heirloom = Heirloom(engine)
        self._shared: Connection | None = None
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
            self._begin_anew()
        await run_in_caller(self._look)
        self._opened_in = os.getpid()

    async def close(self) -> None:
        """Wait for what has begun, and answer nothing any more. The engine stays open: it is the host's."""
        self._opened_in = None
        await self._work.has_ended()
        if self._shared is not None:
            shared, self._shared = self._shared, None
            await run_in_caller(shared.close)

    def _begin_anew(self) -> None:
        """Forget what threads are about: in a forked process they are not there, and never let go of a lock."""
        self._one_at_a_time = threading.Lock()
        self._work = WorkUnderWay()

    async def _read(self, work: Callable[[Connection], T]) -> T:
        self._require_open()

        def look() -> T:
            with self._connected(self._reads) as connection:
                return read(connection, work)

        return await self._run(look)

    async def _write(self, piece: Piece) -> Any:
        self._require_open()

        def change() -> object:
            with self._connected(self._writes) as connection:
                [outcome] = commit(connection, how=self._together, pieces=[piece])
            return outcome

        try:
            return told(await self._run(change))
        finally:
            piece.asker.has_gone = True

    async def _run(self, function: Callable[[], T]) -> T:
        return await run_in_caller(partial(self._begin, function))

    def _begin(self, function: Callable[[], T]) -> T:
        with self._work:
            self._require_open()  # again: it may have waited for its thread
            try:
                return function()
            except AccreditError:
                raise
            except Exception as exc:
                raise failure(exc) from None  # the cause quotes values

    def _is_open(self) -> bool:
        return self._opened_in == os.getpid()

    def _require_open(self) -> None:
        if not self._is_open():
            raise StorageFailed("the store is closed")

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        """Take a connection for a while: of a database in memory the only one, which is not given back.

        To give it back would undo what the host's session, which has the same one, has not committed yet.
        """
        if not sqlite.is_shared(engine.pool):
            with engine.connect() as connection:
                yield connection
            return
        with self._one_at_a_time:
            if self._shared is None:
                self._shared = engine.connect()
            yield self._shared

    def _look(self) -> None:
        try:
            with self._connected(self._engine) as connection:
                if self._create_tables:
                    schema.make(connection, self._tables)
                schema.check(connection, self._tables)
        except AccreditError:
            raise
        except Exception as exc:
            raise schema.unusable(exc) from exc
