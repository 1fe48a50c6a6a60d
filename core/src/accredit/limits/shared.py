"""Counters that all nodes share; while nobody knows those, each machine counts for itself."""

import math
from collections.abc import Callable

from accredit.audit.events import AnyEvent
from accredit.cache.redis.line import Away
from accredit.cache.redis.windows import RedisWindows
from accredit.errors import TooManyAttempts, TooManyRequests
from accredit.limits.counters import Reached
from accredit.limits.limit import Counted, Limit
from accredit.limits.local import LocalCounters, Memory


class SharedCounters(LocalCounters):
    """Count in `windows`, by one question for each call; else in `memory`, from nothing.

    Whether those are there is told by whoever goes there: nobody is refused, or kept waiting, because they are not.
    """

    def __init__(
        self,
        windows: RedisWindows,
        memory: Memory,
        *,
        emit: Callable[[AnyEvent], None],
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(memory, emit=emit, clock=clock, monotonic=monotonic)
        self._windows = windows

    async def add(self, counted: Counted) -> None:
        """Count one more of each, however many there are."""
        found = _found(counted)
        if not found:
            return
        try:
            await self._windows.add([(_name(limit, key), limit.window_s) for limit, key in found])
        except Away:
            await super().add(found)

    async def _reached(self, attempts: Counted, calls: Counted) -> Reached | None:
        looks, counted = _found(attempts), _found(calls)
        try:
            number = await self._windows.reached(
                [(_name(limit, key), limit.amount, limit.window_s) for limit, key in looks],
                [(_name(limit, key), limit.amount, limit.window_s) for limit, key in counted],
            )
        except Away:
            return await super()._reached(looks, counted)
        if number is None:
            return None
        kind = TooManyAttempts if number < len(looks) else TooManyRequests
        return kind, *(*looks, *counted)[number]

    async def _add(self, key: str, window_s: int) -> int:
        try:
            return await self._windows.add([(key, window_s)])
        except Away:
            return await super()._add(key, window_s)

    async def _ends_at(self, key: str, window_s: int) -> tuple[int, int]:
        try:
            left_s = await self._windows.left_s(key)
        except Away:
            return await super()._ends_at(key, window_s)
        wait_s = math.ceil(min(max(left_s, 1), window_s))
        return wait_s, int(self._clock()) + wait_s


def _found(counted: Counted) -> list[tuple[Limit, str]]:
    return [(limit, key) for limit, key in counted if limit is not None and key]


def _name(limit: Limit, key: str) -> str:
    return f"{limit.name}/{key}"
