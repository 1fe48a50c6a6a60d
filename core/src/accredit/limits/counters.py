"""Fixed windows over any storage of the library `limits`; what the storage cannot say is let pass."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from accredit._guard import place_of
from accredit.audit import operations
from accredit.audit.events import AnyEvent

if TYPE_CHECKING:  # it takes longer to import than all else: who counts nothing does without it
    from limits.aio.storage import Storage

_ALERT_INTERVAL_S = 3600


class Counters:
    """Count what happens under keys, in windows that begin with the first.

    Where the storage fails, nothing is refused, and operators are told once an hour: nobody could log in otherwise, and
    an attacker would have to know of that hour. `clock` returns epoch seconds, `monotonic` seconds of a clock that
    nobody can set.
    """

    def __init__(
        self,
        storage: "Storage",
        *,
        emit: Callable[[AnyEvent], None],
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._storage = storage
        self._emit = emit
        self._clock = clock
        self._monotonic = monotonic
        self._told_at = -math.inf

    async def add(self, key: str, window_s: int) -> int:
        """Count one more, and return how many there are in the window: 0 where nobody knows."""
        try:
            return await self._storage.incr(key, window_s)
        except Exception as exc:  # whatever a storage raises
            self._tell(exc)
            return 0

    async def look(self, key: str) -> int:
        """Return how many there are in the window, and count nothing: 0 where nobody knows."""
        try:
            return await self._storage.get(key)
        except Exception as exc:  # as above
            self._tell(exc)
            return 0

    async def ends_at(self, key: str, window_s: int) -> tuple[int, int]:
        """Return the seconds until the window ends, 1 at least, and the time then, in epoch seconds."""
        now, left_s = self._clock(), float(window_s)
        try:
            left_s = await self._storage.get_expiry(key) - now
        except Exception as exc:  # as above
            self._tell(exc)
        wait_s = math.ceil(min(max(left_s, 1), window_s))
        return wait_s, int(now) + wait_s

    def _tell(self, exc: Exception) -> None:
        now = self._monotonic()
        if now - self._told_at >= _ALERT_INTERVAL_S:
            self._told_at = now
            self._emit(operations.limits_unknown(place_of(exc)))
