"""Users and refresh tokens in SQLite: a connection for each thread of FastAPI's pool."""

import sqlite3
import threading
from typing import Protocol

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS refresh_token (
    hash BLOB PRIMARY KEY, subject TEXT NOT NULL, client_id TEXT NOT NULL, scope TEXT NOT NULL,
    issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
);
"""


class Asked(Protocol):
    client_id: str
    scope: str


class Store:
    def __init__(self, path: str) -> None:
        self._path = path
        self._local = threading.local()
        self._connection().executescript(_SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = sqlite3.connect(self._path, timeout=60, isolation_level=None)
            found.execute("PRAGMA journal_mode=WAL")
        return found

    def subject(self, name: str) -> str:
        """Return the subject of an account, which is there afterwards."""
        connection = self._connection()
        if connection.execute("SELECT 1 FROM account WHERE name = ?", (name,)).fetchone() is None:
            connection.execute("INSERT OR IGNORE INTO account VALUES (?)", (name,))
        return name

    def save(self, digest: bytes, subject: str, asked: Asked, now: int) -> None:
        """Store a refresh token; it is on disk afterwards."""
        row = (digest, subject, asked.client_id, asked.scope, now, now + 2_592_000)
        self._connection().execute("INSERT INTO refresh_token VALUES (?, ?, ?, ?, ?, ?)", row)
