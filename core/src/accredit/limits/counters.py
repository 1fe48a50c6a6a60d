"""Fixed windows over any storage of the library `limits`; what the storage cannot say is let pass."""

import ipaddress
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from accredit._guard import place_of
from accredit.audit import operations
from accredit.audit.events import AnyEvent
from accredit.errors import LimitReached, TooManyAttempts, TooManyRequests
from accredit.limits.limit import SEPARATOR, Counted, Limit

if TYPE_CHECKING:  # it takes longer to import than all else: who counts nothing does without it
    from limits.aio.storage import Storage

Reached = tuple[type[LimitReached], Limit, str]
"""What a call is refused with, by which limit, under which key."""

_ALERT_INTERVAL_S = 3600
_BY_ADDRESS = frozenset({"address", "failed_attempts", "failed_attempts_by_address"})
"""The limits whose keys begin with an address."""


class Counters:
    """Count what happens, by limit and key, in windows that begin with the first.

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

    async def check(self, attempts: Counted, calls: Counted) -> None:
        """Pass while of no failed attempts there are too many, and count some calls, one after the other.

        Raises:
            TooManyAttempts: of the attempts there are as many as there may be. Nothing more is counted.
            TooManyRequests: a call is one too many. Nothing more is counted.
        """
        reached = await self._reached(attempts, calls)
        if reached is not None:
            raise await self._refusal(*reached)

    async def add(self, counted: Counted) -> None:
        """Count one more of each, however many there are."""
        for limit, key in counted:
            if limit is not None and key:
                await self._add(f"{limit.name}/{key}", limit.window_s)

    async def _reached(self, attempts: Counted, calls: Counted) -> Reached | None:
        for limit, key in attempts:
            if limit is not None and key and await self._look(f"{limit.name}/{key}") >= limit.amount:
                return TooManyAttempts, limit, key
        for limit, key in calls:
            if limit is not None and key and await self._add(f"{limit.name}/{key}", limit.window_s) > limit.amount:
                return TooManyRequests, limit, key
        return None

    async def _refusal(self, kind: type[LimitReached], limit: Limit, key: str) -> LimitReached:
        wait_s, reset_at = await self._ends_at(f"{limit.name}/{key}", limit.window_s)
        told = await self._add(f"told_{limit.name}/{key}", limit.window_s)
        return kind(
            limit.name,
            amount=limit.amount,
            wait_s=wait_s,
            reset_at=reset_at,
            is_repeated=told > 1,
            detail=_advice(key) if limit.name in _BY_ADDRESS else "",
        )

    async def _add(self, key: str, window_s: int) -> int:
        """Count one more, and return how many there are in the window: 0 where nobody knows."""
        try:
            return await self._storage.incr(key, window_s)
        except Exception as exc:  # whatever a storage raises
            self._tell(exc)
            return 0

    async def _look(self, key: str) -> int:
        """Return how many there are in the window, and count nothing: 0 where nobody knows."""
        try:
            return await self._storage.get(key)
        except Exception as exc:  # as above
            self._tell(exc)
            return 0

    async def _ends_at(self, key: str, window_s: int) -> tuple[int, int]:
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


def _advice(key: str) -> str:
    """Say what to look at where the address is of the kind that proxies have."""
    address = key.partition(SEPARATOR)[0]
    try:
        is_private = ipaddress.ip_address(address).is_private
    except ValueError:
        return ""
    return f"all from {address}: if that is a proxy, name it in limits.trusted_proxies" if is_private else ""
