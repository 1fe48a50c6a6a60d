"""What is kept on disk: sessions with their refresh tokens, subjects, and what may be used once.

`ports/` says what a storage promises, `rules/` what follows from what it keeps; `memory` and `sqlite/` are two.
"""

import time
from collections.abc import Callable

from accredit.storage.memory import MemoryStorage
from accredit.storage.ports.replay import ReplayStore
from accredit.storage.ports.sessions import (
    RefreshToken,
    Rotation,
    Session,
    SessionStore,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.ports.storage import Storage
from accredit.storage.ports.subjects import StoredSubject, SubjectStore
from accredit.storage.sqlite import SqliteStorage

__all__ = [
    "MemoryStorage",
    "RefreshToken",
    "ReplayStore",
    "Rotation",
    "Session",
    "SessionStore",
    "SqliteStorage",
    "Storage",
    "StoredRefreshToken",
    "StoredSession",
    "StoredSubject",
    "SubjectStore",
    "open_storage",
]


def open_storage(url: str, *, clock: Callable[[], float] = time.time) -> Storage:
    """Return the storage for `storage.url`: `sqlite:///PATH` (four slashes for an absolute path) or `memory://`.

    `clock` returns epoch seconds; it says what has expired and may be deleted.
    """
    if url == "memory://":
        return MemoryStorage(clock=clock)
    return SqliteStorage(url.removeprefix("sqlite:///"), clock=clock)
