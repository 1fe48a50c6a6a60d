"""Provider key sets: fetched once, kept, refreshed before they end, and never fetched in a flood."""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass

from accredit.errors import ProviderUnavailable
from accredit.keys.jose import PublicKeys
from accredit.provider.http import ProviderResponse

DEFAULT_MAX_AGE_S = 3600
LONGEST_MAX_AGE_S = 86_400
LONGEST_STALE_S = 86_400
"""For so long after its end a key set is used on that cannot be fetched: a key may have been withdrawn meanwhile."""
FIRST_COOLDOWN_S = 1
"""For so long nobody asks again after a fetch that failed, or did not bring the `kid` it was made for."""
LONGEST_COOLDOWN_S = 30
"""The cooldown doubles with each such fetch in a row, up to this; and no key set is stale sooner."""

_MAX_AGE = re.compile(r"max-age=(\d+)", re.IGNORECASE)

Fetch = Callable[[str], Awaitable[ProviderResponse]]
"""Sends one GET."""


@dataclass(slots=True)
class _Entry:
    """The times are the monotonic clock's: a step of the other one must neither age a key set nor freeze it."""

    keys: PublicKeys
    refresh_at: float
    """From then on it is fetched beside whoever uses it: half its life is left."""
    fresh_until: float
    ask_again_at: float
    setbacks: int = 0
    """Fetches in a row that failed, or did not bring the `kid` they were made for."""
    failed: bool = False
    """The last one failed."""

    def serves(self, now: float) -> bool:
        """Tell whether it may be used without waiting: fresh, or a stale one in whose place no other can be had."""
        if self.failed:
            return now < self.fresh_until + LONGEST_STALE_S
        return now < max(self.fresh_until, self.ask_again_at)


class JwksCache:
    """Keep the key sets of one engine, by URL.

    A fresh set that knows the `kid` costs nothing. In the second half of its life the first one to use it has it
    fetched, and waits for nothing. A stale set, or an unknown `kid`, costs one fetch that all waiting callers share. If
    that was in vain, a cooldown follows, which begins short, so that an endpoint that is back or a key that is new is
    found soon, and grows, so that a flood of unknown `kid`s is none of fetches. A failing endpoint with keys in hand
    serves those for another day, without anybody waiting for it, and raises an alert. Where a `kid` is unknown and
    nobody may ask yet, nobody can tell whether it is good: the provider is unavailable, and the token not refused.

    `clock` returns seconds of a monotonic clock; `alert` takes an event name and the URL.
    """

    def __init__(self, *, clock: Callable[[], float], alert: Callable[[str, str], None]) -> None:
        self._clock = clock
        self._alert = alert
        self._entries: dict[str, _Entry] = {}
        self._flights: dict[str, asyncio.Task[_Entry]] = {}

    async def keys(self, url: str, kid: str, fetch: Fetch) -> PublicKeys:
        """Return the key set of `url`, refreshed by `fetch` where it is stale or does not know `kid`.

        Raises:
            ProviderUnavailable: the keys cannot be had now, and so nobody can say whether `kid` is good.
        """
        entry, now = self._entries.get(url), self._clock()
        if entry is not None:
            may_ask = now >= entry.ask_again_at
            if kid in entry.keys and entry.serves(now):
                if may_ask and now >= entry.refresh_at:
                    self._flight(url, kid, entry, fetch)
                return entry.keys
            if not may_ask:
                raise _unknown(entry, now)
        # Shielded: one caller that gives up must not take the keys from the others.
        entry = await asyncio.shield(self._flight(url, kid, entry, fetch))
        if entry.failed and not (kid in entry.keys and entry.serves(self._clock())):
            raise _unknown(entry, self._clock())
        return entry.keys

    async def close(self) -> None:
        """End what is being fetched. The key sets are kept."""
        flights = [one for one in self._flights.values() if not one.get_loop().is_closed()]
        self._flights.clear()
        for flight in flights:
            flight.cancel()
        if flights:
            await asyncio.wait(flights)

    def _flight(self, url: str, kid: str, old: _Entry | None, fetch: Fetch) -> "asyncio.Task[_Entry]":
        flight = self._flights.get(url)
        if flight is None:
            # In a context of its own: what its first asker has put into his is nobody else's.
            fetched = self._refresh(url, kid, old, fetch)
            flight = asyncio.get_running_loop().create_task(fetched, context=Context())
            self._flights[url] = flight
            flight.add_done_callback(lambda _: self._flights.pop(url, None))
        return flight

    async def _refresh(self, url: str, kid: str, old: _Entry | None, fetch: Fetch) -> _Entry:
        started = self._clock()
        if old is None:
            old = _Entry(PublicKeys({}), started, started, started)
        forgiven = started >= old.ask_again_at + LONGEST_COOLDOWN_S
        setbacks = 0 if forgiven else old.setbacks
        try:
            response = await fetch(url)
            keys = PublicKeys(response.json_object())
            if response.status != 200 or not len(keys):
                raise ProviderUnavailable(f"key set has status {response.status} and {len(keys)} usable keys")
        except Exception:  # whatever it is, it must not become a flood of fetches
            self._alert("jwks.fetch_failed", url)
            # Remembered also where there are no keys: a cold cache must not turn every login into a fetch either.
            ask_again_at = self._ask_again_at(setbacks + 1)
            entry = _Entry(old.keys, old.refresh_at, old.fresh_until, ask_again_at, setbacks + 1, failed=True)
        else:
            setbacks = 0 if kid in keys else setbacks + 1
            max_age_s = _max_age_s(response)
            ask_again_at = self._ask_again_at(setbacks)
            entry = _Entry(keys, started + max_age_s / 2, started + max_age_s, ask_again_at, setbacks)
        self._entries[url] = entry
        return entry

    def _ask_again_at(self, setbacks: int) -> float:
        # The exponent is bounded too: an endpoint may be down for a year.
        cooldown_s = min(FIRST_COOLDOWN_S << min(setbacks - 1, 16), LONGEST_COOLDOWN_S) if setbacks else 0
        return self._clock() + cooldown_s


def _max_age_s(response: ProviderResponse) -> float:
    stated = _MAX_AGE.search(response.headers.get("cache-control", ""))
    return min(max(float(stated[1]), LONGEST_COOLDOWN_S), LONGEST_MAX_AGE_S) if stated else DEFAULT_MAX_AGE_S


def _unknown(entry: _Entry, now: float) -> ProviderUnavailable:
    why = "cannot be fetched" if entry.failed else "were fetched a moment ago"
    wait_s = max(1, math.ceil(entry.ask_again_at - now))
    return ProviderUnavailable(f"signing keys {why}, and the kid is unknown", retry_after_s=wait_s)
