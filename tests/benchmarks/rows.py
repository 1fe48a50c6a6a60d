"""The floor's storage: durable rows, written by one thread, many to a transaction."""

import asyncio
import queue
import sqlite3
import threading
from dataclasses import dataclass

_SCHEMA = """
CREATE TABLE refresh_token (
    hash BLOB PRIMARY KEY, family TEXT NOT NULL, client_id TEXT NOT NULL, subject TEXT NOT NULL,
    scope TEXT NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID
"""
_INSERT = "INSERT INTO refresh_token VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Row:
    hash: bytes
    family: str
    client_id: str
    subject: str
    scope: str
    issued_at: int
    expires_at: int

    def values(self) -> tuple[object, ...]:
        return (
            self.hash, self.family, self.client_id, self.subject, self.scope, self.issued_at, self.expires_at,
        )  # fmt: skip


_Waiting = tuple[Row, "asyncio.Future[None]"]


class Rows:
    """Rows in a SQLite file that survive a power cut once `save` is done (WAL, synchronous=FULL)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def save(self, row: Row) -> "asyncio.Future[None]":
        """Queue a row; the future is done when it is on disk."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((row, future))
        return future

    def _write(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(_SCHEMA)
        while True:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, [row.values() for row, _ in batch])
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_finish, batch)


def _finish(batch: list[_Waiting]) -> None:
    for _, future in batch:
        if not future.done():
            future.set_result(None)
