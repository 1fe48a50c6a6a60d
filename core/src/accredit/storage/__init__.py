"""What is kept on disk: sessions with their refresh tokens, subjects, and what may be used once.

`sessions`, `subjects` and `replay` are the ports; `memory` and `sqlite/` implement all three.
"""

import time
from collections.abc import Callable
from typing import Protocol

from accredit.storage.memory import MemoryStorage
from accredit.storage.replay import ReplayStore
from accredit.storage.sessions import (
    RefreshToken,
    Rotation,
    Session,
    SessionStore,
    StoredRefreshToken,
    StoredSession,
)
from accredit.storage.sqlite import SqliteStorage
from accredit.storage.subjects import StoredSubject, SubjectStore

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


class Storage(SessionStore, SubjectStore, ReplayStore, Protocol):
    """Everything an engine stores, in one object."""

    async def open(self) -> None:
        """Get ready; bring the schema up to date."""

    async def close(self) -> None:
        """Finish what was accepted, then let go."""

    async def check(self) -> None:
        """Write something that changes nothing, as durably as a session.

        Raises:
            StorageFailed: sessions could not be stored now.
        """


def open_storage(url: str, *, clock: Callable[[], float] = time.time) -> Storage:
    """Return the storage for `storage.url`: `sqlite:///PATH` (four slashes for an absolute path) or `memory://`.

    `clock` returns epoch seconds; it says what has expired and may be deleted.
    """
    if url == "memory://":
        return MemoryStorage(clock=clock)
    return SqliteStorage(url.removeprefix("sqlite:///"), clock=clock)
