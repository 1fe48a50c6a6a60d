"""Storages that get one thing wrong, each with the checks that must find it out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from accredit.storage import MemoryStorage, SqliteStorage


@dataclass(frozen=True)
class Wrong:
    storage: type[MemoryStorage] | type[SqliteStorage]
    checks: tuple[str, ...]


WRONG: list[Wrong] = []

T = TypeVar("T", type[MemoryStorage], type[SqliteStorage])


def wrong(*checks: str) -> Callable[[T], T]:
    """Enter a storage with the checks that it must fail."""

    def enter(storage: T) -> T:
        WRONG.append(Wrong(storage, tuple(f"test_{check}" for check in checks)))
        return storage

    return enter
