"""Grants in SQLite: one writer thread, group commit, synchronous=FULL.

All rows that wait share one transaction, so a durable row costs what an undurable one does. The hot path speaks
plain SQL through the standard library: an async ORM costs forty times as much. The schema belongs to Alembic
(`accredit.storage.migrations`).
"""

import asyncio
import queue
import sqlite3
import threading
from contextlib import suppress
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

from accredit.errors import ConfigurationError, StorageFailed
from accredit.storage.grants import Grant
from accredit.storage.migrate import migrate

_COLUMNS = tuple(field.name for field in fields(Grant))
_INSERT = f"INSERT INTO grants ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - field names
_row = attrgetter(*_COLUMNS)  # thirty times cheaper than `astuple`, which copies deeply
_LARGEST_BATCH = 512

_Waiting = tuple[Grant, "asyncio.Future[None]"]


class SqliteGrants:
    """Keep grants in the SQLite database at `path`, made on first use and readable by its owner only."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def open(self) -> None:
        """Migrate the schema and start the writer.

        Raises:
            ConfigurationError: the database cannot be opened, or belongs to a newer version.
        """
        await asyncio.to_thread(migrate, self._path)
        self._loop = asyncio.get_running_loop()
        try:
            connection = await asyncio.to_thread(self._connect)
        except sqlite3.Error as exc:
            raise ConfigurationError(f"storage.url: cannot open {self._path}: {exc}") from exc
        self._thread = threading.Thread(target=self._write, args=(connection,), name="accredit-sqlite", daemon=True)
        self._thread.start()

    async def add(self, grant: Grant) -> None:
        """Insert one grant; returns after the commit that holds it."""
        if self._thread is None:
            raise StorageFailed("the store is closed")
        done = self._loop.create_future()
        self._queue.put((grant, done))
        await done

    async def close(self) -> None:
        """Commit what is waiting, then stop the writer."""
        if self._thread is not None:
            thread, self._thread = self._thread, None
            self._queue.put(None)
            await asyncio.to_thread(thread.join)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5.0)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _write(self, connection: sqlite3.Connection) -> None:
        open_for_more = True
        while open_for_more:
            batch: list[_Waiting] = []
            item = self._queue.get()
            while item is not None:
                batch.append(item)
                if len(batch) == _LARGEST_BATCH or self._queue.empty():
                    break
                item = self._queue.get()
            open_for_more = item is not None
            if batch:
                problem = _commit(connection, [grant for grant, _ in batch])
                self._loop.call_soon_threadsafe(_resolve, [done for _, done in batch], problem)
        connection.close()


def _commit(connection: sqlite3.Connection, grants: list[Grant]) -> str | None:
    try:
        if connection.in_transaction:  # an earlier roll-back has failed
            connection.execute("ROLLBACK")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_INSERT, map(_row, grants))
        connection.execute("COMMIT")
    except Exception as exc:  # whatever it is, the writer must live on
        with suppress(sqlite3.Error):
            connection.rollback()
        return f"SQLite: {type(exc).__name__}"
    return None


def _resolve(waiting: list["asyncio.Future[None]"], problem: str | None) -> None:
    for done in waiting:
        if done.done():  # its exchange gave up meanwhile
            continue
        if problem is None:
            done.set_result(None)
        else:
            done.set_exception(StorageFailed(problem))
