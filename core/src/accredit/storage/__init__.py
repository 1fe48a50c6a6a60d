"""What is kept on disk: refresh tokens, subjects, and what may be used once.

`grants`, `subjects` and `replay` are the ports; `memory` and `sqlite/` implement all three.
"""

import time
from collections.abc import Callable
from typing import Protocol

from accredit.storage.grants import Grant, GrantStore, Rotation, StoredGrant, hash_token
from accredit.storage.memory import MemoryStorage
from accredit.storage.replay import ReplayStore
from accredit.storage.sqlite import SqliteStorage
from accredit.storage.subjects import StoredSubject, SubjectStore

__all__ = [
    "Grant",
    "GrantStore",
    "MemoryStorage",
    "ReplayStore",
    "Rotation",
    "SqliteStorage",
    "Storage",
    "StoredGrant",
    "StoredSubject",
    "SubjectStore",
    "hash_token",
    "open_storage",
]


class Storage(GrantStore, SubjectStore, ReplayStore, Protocol):
    """Everything an engine stores, in one object."""


def open_storage(url: str, *, clock: Callable[[], float] = time.time) -> Storage:
    """Return the storage for `storage.url`: `sqlite:///PATH` (four slashes for an absolute path) or `memory://`.

    `clock` returns epoch seconds; it says what has expired and may be deleted.
    """
    if url == "memory://":
        return MemoryStorage(clock=clock)
    return SqliteStorage(url.removeprefix("sqlite:///"), clock=clock)
