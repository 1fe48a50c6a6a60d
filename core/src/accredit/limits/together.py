"""What the workers of one machine count together, behind the storage interface of the library `limits`."""

import time
from collections.abc import Callable

from limits.aio.storage import Storage

from accredit.errors import TooManyAttempts, TooManyRequests
from accredit.limits.counters import Reached
from accredit.limits.limit import Counted
from accredit.limits.tally import Tally


class TalliedMemory(Storage):
    """Hold the counters in `tally`. `clock` returns epoch seconds, `monotonic` those by which windows end."""

    STORAGE_SCHEME = None

    def __init__(
        self,
        tally: Tally,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._tally = tally
        self._clock = clock
        self._monotonic = monotonic

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What it raises where another worker keeps it."""
        return (TimeoutError,)

    def reached(self, attempts: Counted, calls: Counted) -> Reached | None:
        """Do what `Counters.check` does with any storage, in one turn; return what the call is refused with."""
        tally = self._tally
        with tally.turn():
            now = self._monotonic()
            for limit, key in attempts:
                if limit is not None and key:
                    found = tally.get(limit.name, key)
                    if found is not None and found[0] >= limit.amount and found[1] > now:
                        return TooManyAttempts, limit, key
            for limit, key in calls:
                if limit is not None and key and tally.count(limit.name, key, limit.window_s, now=now) > limit.amount:
                    return TooManyRequests, limit, key
        return None

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds that begins with the first, and return how many there are."""
        kind, _, rest = key.partition("/")
        with self._tally.turn():
            return self._tally.count(kind, rest, expiry, now=self._monotonic(), amount=amount)

    async def get(self, key: str) -> int:
        """Return how many were counted."""
        found = self._found(key)
        return 0 if found is None or found[1] <= self._monotonic() else found[0]

    async def get_expiry(self, key: str) -> float:
        """Return when the window ends, in epoch seconds by a clock that may have been set meanwhile."""
        found = self._found(key)
        return self._clock() + (0.0 if found is None else max(0.0, found[1] - self._monotonic()))

    async def check(self) -> bool:
        """Tell that it works."""
        return True

    async def reset(self) -> int | None:
        """Forget nothing: the others count on it."""
        return None

    async def clear(self, key: str) -> None:
        """Forget one."""
        kind, _, rest = key.partition("/")
        with self._tally.turn():
            self._tally.forget(kind, rest)

    def _found(self, key: str) -> tuple[int, float] | None:
        kind, _, rest = key.partition("/")
        with self._tally.turn():
            return self._tally.get(kind, rest)
