"""Counts over the last minute, the last quarter of an hour and the last hour, in memory that does not grow."""

from collections import Counter, deque
from collections.abc import Callable
from typing import NamedTuple

Key = tuple[str, ...]
"""What was counted: a kind, then names that come from settings, from us and from plugins; never from a caller."""


Counts = dict[Key, int]
"""How many of each. No `Counter`: to add one to that is several times as much work."""


class Window(NamedTuple):
    """A stretch of time that ends now, counted in parts, of which the oldest is left out as a whole."""

    name: str
    parts: int
    part_s: int


PART_S = 5
WINDOWS = (Window("minute", 12, PART_S), Window("quarter", 15, 60), Window("hour", 12, 300))
"""The last minute, 15 minutes and hour."""
MOST_KEYS = 1000
"""So many different things are counted in a part of a window; others of a kind together, as `other`."""
OTHER = "other"


class Windows:
    """Count things by key. `clock` returns seconds of a monotonic clock.

    What has just happened is counted once, and taken over into the windows every few seconds: each login pays for it.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._parts: list[deque[tuple[int, Counts]]] = [deque(maxlen=one.parts) for one in WINDOWS]
        self._number = 0
        self._counts: Counts = {}
        """Of the part of the first window that goes on."""

    def add(self, *keys: Key) -> None:
        """Count one of each. Costs less than a microsecond for each."""
        if int(self._clock() // PART_S) != self._number:
            self._take_over()
        for key in keys:
            _count(self._counts, key, 1)

    def sums(self) -> dict[str, Counter[Key]]:
        """Return what was counted in each window, by its name."""
        self._take_over()
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

    def _take_over(self) -> None:
        """Add what was counted to its part of each window, and begin anew."""
        for window, parts in zip(WINDOWS, self._parts, strict=True):
            number = self._number * PART_S // window.part_s
            if self._counts and (not parts or parts[-1][0] != number):
                parts.append((number, {}))
            for key, count in self._counts.items():
                _count(parts[-1][1], key, count)
        self._counts = {}
        self._number = int(self._clock() // PART_S)


def _count(counts: Counts, key: Key, more: int) -> None:
    if key not in counts and len(counts) >= MOST_KEYS:
        key = (key[0], *([OTHER] * (len(key) - 1)))
    counts[key] = counts.get(key, 0) + more
