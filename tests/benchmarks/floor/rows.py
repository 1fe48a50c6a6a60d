"""The floor's storage: durable rows, written by one thread, many to a transaction."""

import asyncio
import queue
import sqlite3
import threading
from dataclasses import dataclass

_SCHEMA = """
CREATE TABLE refresh_token (
    hash BLOB PRIMARY KEY, family TEXT NOT NULL, client_id TEXT NOT NULL, subject TEXT NOT NULL,
    scope TEXT NOT NULL, profile TEXT NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    replaced_at INTEGER
) WITHOUT ROWID
"""
_INSERT = "INSERT INTO refresh_token VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)"
_REPLACE = "UPDATE refresh_token SET replaced_at = ? WHERE hash = ?"
_FIND = """
SELECT hash, family, client_id, subject, scope, profile, issued_at, expires_at FROM refresh_token
WHERE hash = ? AND replaced_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Row:
    hash: bytes
    family: str
    client_id: str
    subject: str
    scope: str
    profile: str
    issued_at: int
    expires_at: int

    def values(self) -> tuple[object, ...]:
        return (
            self.hash, self.family, self.client_id, self.subject, self.scope, self.profile, self.issued_at,
            self.expires_at,
        )  # fmt: skip


_Waiting = tuple[Row, bytes | None, "asyncio.Future[None]"]


class Rows:
    """Rows in a SQLite file that survive a power cut once `save` is done (WAL, synchronous=FULL)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._reader = _open(path)
        self._reader.execute(_SCHEMA)
        threading.Thread(target=self._write, daemon=True).start()

    def find(self, digest: bytes) -> Row | None:
        """Return a row that no other has replaced."""
        found = self._reader.execute(_FIND, (digest,)).fetchone()
        return None if found is None else Row(*found)

    def save(self, row: Row, *, instead_of: bytes | None = None) -> "asyncio.Future[None]":
        """Queue a row, and the end of the one that it replaces; the future is done when both are on disk."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((row, instead_of, future))
        return future

    def _write(self) -> None:
        connection = _open(self._path)
        while True:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            connection.execute("BEGIN IMMEDIATE")
            if replaced := [(row.issued_at, digest) for row, digest, _ in batch if digest is not None]:
                connection.executemany(_REPLACE, replaced)
            connection.executemany(_INSERT, [row.values() for row, _, _ in batch])
            connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(_finish, batch)


def _open(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _finish(batch: list[_Waiting]) -> None:
    for _, _, future in batch:
        if not future.done():
            future.set_result(None)
