"""A table that is bounded in bytes, and whose entries end."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

ENTRY_BYTES = 1024
"""What an entry takes beside what it was made from: its key, its place, Python's objects."""
OBJECT_BYTES = 6
"""What a byte of JSON takes as Python's objects: short texts and numbers cost more than they are long."""


class Kept(Generic[T]):
    """Keep values for their time, about `max_bytes` of them in all: who was kept first goes first, used since or not.

    For the short time that entries live, which one was used last says little about which one is used next. `clock`
    returns seconds of a monotonic clock.
    """

    def __init__(self, *, max_bytes: int, clock: Callable[[], float]) -> None:
        self._max_bytes = max_bytes
        self._clock = clock
        self._entries: OrderedDict[bytes, tuple[T, float, int]] = OrderedDict()
        """Value, when it ends, and how much it takes."""
        self._bytes = 0

    def get(self, key: bytes) -> T | None:
        """Return what was kept under `key`, unless its time has passed."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._clock() >= entry[1]:
            self.forget(key)
            return None
        return entry[0]

    def put(self, key: bytes, value: T, *, ttl_s: float, size_bytes: int) -> None:
        """Keep a value made from `size_bytes`, and let go of the oldest where there is no room.

        What would take a quarter of all room is not kept: it would cost many others their place.
        """
        entries = self._entries
        if key in entries:
            self.forget(key)
        size = ENTRY_BYTES + OBJECT_BYTES * size_bytes
        if ttl_s <= 0 or size > self._max_bytes // 4:
            return
        now = self._clock()
        entries[key] = (value, now + ttl_s, size)
        self._bytes += size
        while self._bytes > self._max_bytes or now >= next(iter(entries.values()))[1]:
            self.forget(next(iter(entries)))

    def forget(self, key: bytes) -> None:
        """Let go of it, if it is there."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry[2]

    def __len__(self) -> int:
        return len(self._entries)
