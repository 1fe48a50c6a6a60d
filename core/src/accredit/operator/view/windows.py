"""Counts over the last minute, the last quarter of an hour and the last hour, in memory that does not grow."""

from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

Key = tuple[str, ...]
"""What was counted: a kind, then names that come from settings, from us and from plugins; never from a caller."""


class Window(NamedTuple):
    """A stretch of time that ends now, counted in parts, of which the oldest is left out as a whole."""

    name: str
    parts: int
    part_s: int


WINDOWS = (Window("minute", 12, 5), Window("quarter", 15, 60), Window("hour", 12, 300))
"""The last minute, 15 minutes and hour."""
MOST_KEYS = 1000
"""So many different things are counted in a part of a window; others of a kind together, as `other`."""
OTHER = "other"


class Windows:
    """Count things by key. `clock` returns seconds of a monotonic clock. An addition costs about a microsecond."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._parts: list[deque[tuple[int, Counter[Key]]]] = [deque(maxlen=one.parts) for one in WINDOWS]

    def add(self, *keys: Key) -> None:
        """Count one of each."""
        now = self._clock()
        for window, parts in zip(WINDOWS, self._parts, strict=True):
            number = int(now // window.part_s)
            if not parts or parts[-1][0] != number:
                parts.append((number, Counter()))
            counts = parts[-1][1]
            for key in keys:
                counts[key if key in counts or len(counts) < MOST_KEYS else _other(key)] += 1

    def sums(self) -> dict[str, Counter[Key]]:
        """Return what was counted in each window, by its name."""
        now = self._clock()
        found: dict[str, Counter[Key]] = {}
        for window, parts in zip(WINDOWS, self._parts, strict=True):
            oldest = int(now // window.part_s) - window.parts
            total: Counter[Key] = Counter()
            for number, counts in parts:
                if number > oldest:
                    total.update(counts)
            found[window.name] = total
        return found


def _other(key: Key) -> Key:
    return (key[0], *([OTHER] * (len(key) - 1)))
