"""One rate, and what is counted by it."""

import ipaddress

from accredit.errors import LimitReached, TooManyAttempts, TooManyRequests
from accredit.limits.counters import Counters
from accredit.settings.rates import amount_and_window_s

SEPARATOR = "|"
"""Between the parts of a key."""
_BY_ADDRESS = frozenset({"address", "failed_attempts", "failed_attempts_by_address"})
"""The limits whose keys begin with an address."""


class Limit:
    """So many of something in a window of time, for each key. `name` is the setting's, under which events tell it."""

    def __init__(self, name: str, amount: int, window_s: int, counters: Counters) -> None:
        self._amount = amount
        self._name = name
        self._window_s = window_s
        self._counters = counters
        self._prefix = f"{name}/"

    async def add(self, key: str) -> None:
        """Count one more."""
        await self._counters.add(self._prefix + key, self._window_s)

    async def hit(self, key: str) -> None:
        """Count one more.

        Raises:
            TooManyRequests: it is one too many.
        """
        if await self._counters.add(self._prefix + key, self._window_s) > self._amount:
            raise await self._refusal(TooManyRequests, key)

    async def guard(self, key: str) -> None:
        """Pass while there are less than so many; count nothing.

        Raises:
            TooManyAttempts: there are not.
        """
        if await self._counters.look(self._prefix + key) >= self._amount:
            raise await self._refusal(TooManyAttempts, key)

    async def _refusal(self, kind: type[LimitReached], key: str) -> LimitReached:
        wait_s, reset_at = await self._counters.ends_at(self._prefix + key, self._window_s)
        told = await self._counters.add(f"told_{self._prefix}{key}", self._window_s)
        return kind(
            self._name,
            amount=self._amount,
            wait_s=wait_s,
            reset_at=reset_at,
            is_repeated=told > 1,
            detail=_advice(key) if self._name in _BY_ADDRESS else "",
        )


def _advice(key: str) -> str:
    """Say what to look at where the address is of the kind that proxies have."""
    address = key.partition(SEPARATOR)[0]
    try:
        is_private = ipaddress.ip_address(address).is_private
    except ValueError:
        return ""
    return f"all from {address}: if that is a proxy, name it in limits.trusted_proxies" if is_private else ""


def make_limit(name: str, rate: str, counters: Counters | None) -> Limit | None:
    """Return the limit that a setting states; None where it is off, or nothing is counted."""
    found = amount_and_window_s(rate)
    return None if found is None or counters is None else Limit(name, *found, counters)
