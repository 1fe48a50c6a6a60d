"""Counters in the memory of one process, behind the storage interface of the library `limits`.

The library's own storage for memory looks at every counter there is with nearly every call, to find those that have
ended, and holds as many as callers make it hold: 30 ms a call where there are 100,000. It goes by the time of day, too,
which can be set.
"""

import itertools
import time
from collections import OrderedDict
from collections.abc import Callable

from limits.aio.storage import Storage

MOST_OF_A_KIND = 20_000
"""So many counters of one kind, such as addresses, are held: some 6 MB. The next one takes the place of the oldest,
whose window ends first."""
_SWEPT = 2
"""So many that have ended are taken away for each new one: more than come, so that no call waits for a sweep."""


class BoundedMemory(Storage):
    """Hold the newest counters of each kind, which is what keys begin with, up to the first slash.

    All of one kind have windows of the same length. `clock` returns epoch seconds, `monotonic` seconds of a clock that
    nobody can set, by which windows end.
    """

    STORAGE_SCHEME = None

    def __init__(
        self, *, clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._clock = clock
        self._monotonic = monotonic
        self._kinds: dict[str, OrderedDict[str, tuple[int, float]]] = {}

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What memory raises: nothing."""
        return ()

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds that begins with the first, and return how many there are."""
        counters = self._counters(key)
        now = self._monotonic()
        found = counters.get(key)
        if found is not None and found[1] > now:
            total = found[0] + amount
            counters[key] = (total, found[1])
            return total
        if found is not None:
            del counters[key]  # so that it comes last: they stand in the order in which they end
        self._make_room(counters, now)
        counters[key] = (amount, now + expiry)
        return amount

    async def get(self, key: str) -> int:
        """Return how many were counted."""
        found = self._counters(key).get(key)
        return 0 if found is None or found[1] <= self._monotonic() else found[0]

    async def get_expiry(self, key: str) -> float:
        """Return when the window ends, in epoch seconds by a clock that may have been set meanwhile."""
        found = self._counters(key).get(key)
        left_s = 0.0 if found is None else max(0.0, found[1] - self._monotonic())
        return self._clock() + left_s

    async def check(self) -> bool:
        """Tell that it works."""
        return True

    async def reset(self) -> int:
        """Forget all, and return how many there were."""
        number = sum(len(counters) for counters in self._kinds.values())
        self._kinds.clear()
        return number

    async def clear(self, key: str) -> None:
        """Forget one."""
        self._counters(key).pop(key, None)

    def _counters(self, key: str) -> OrderedDict[str, tuple[int, float]]:
        kind = key[: key.find("/")]
        found = self._kinds.get(kind)
        if found is None:
            # Not a dictionary, which keeps the places of those that were taken from its front, and looks at each again.
            found = self._kinds[kind] = OrderedDict()
        return found

    def _make_room(self, counters: OrderedDict[str, tuple[int, float]], now: float) -> None:
        oldest = list(itertools.islice(counters.items(), _SWEPT))
        for key, (_, ends_at) in oldest:
            if ends_at <= now or len(counters) >= MOST_OF_A_KIND:
                del counters[key]
