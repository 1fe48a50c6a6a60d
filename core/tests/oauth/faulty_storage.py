"""A database on disk, and everything that can become of it while a server has it open."""

import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from accredit.storage import SqliteStorage

Fault = Callable[[Path], Any]
"""A context manager: inside, the database at the path is not what it should be."""
BUSY_TIMEOUT_S = 0.05


@contextmanager
def deleted(path: Path) -> Iterator[None]:
    """It is away, and comes back: the same file."""
    elsewhere = path.rename(path.with_name("elsewhere"))
    yield
    elsewhere.rename(path)


@contextmanager
def replaced(path: Path) -> Iterator[None]:
    """A copy stands in its place, as after a restore; then the file itself again."""
    elsewhere = path.rename(path.with_name("elsewhere"))
    shutil.copy(elsewhere, path)
    yield
    elsewhere.replace(path)


@contextmanager
def without_its_log(path: Path) -> Iterator[None]:
    """What was committed and has not reached the database itself is away."""
    log = path.with_name(f"{path.name}-wal")
    elsewhere = log.rename(path.with_name("elsewhere"))
    yield
    elsewhere.rename(log)


@contextmanager
def full(path: Path) -> Iterator[None]:
    """No file can grow any more: what the system says of a full disk, it says of this limit too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = path.with_name(f"{path.name}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else holds the write lock, and does not let go."""
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        yield


class Connections:
    """Opens SQLite's connections with a short time-out, and can make all of them read-only."""

    def __init__(self) -> None:
        self._connect = sqlite3.connect
        self._open: list[sqlite3.Connection] = []

    def connect(self, path: Path, **options: Any) -> sqlite3.Connection:
        options["timeout"] = min(options.get("timeout", BUSY_TIMEOUT_S), BUSY_TIMEOUT_S)
        connection: sqlite3.Connection = self._connect(path, **options)
        self._open.append(connection)
        return connection

    @contextmanager
    def read_only(self, _: Path) -> Iterator[None]:
        """Every write is refused, as on a disk that was mounted read-only."""
        self._set("ON")
        yield
        self._set("OFF")

    def _set(self, value: str) -> None:
        for connection in self._open:
            try:
                connection.execute(f"PRAGMA query_only = {value}")
            except sqlite3.ProgrammingError:  # closed long ago
                continue


def open_database(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[SqliteStorage, Connections]:
    """Return a storage on disk, to be opened, and its connections."""
    connections = Connections()
    monkeypatch.setattr(sqlite3, "connect", connections.connect)
    return SqliteStorage(str(path)), connections
