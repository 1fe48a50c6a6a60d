"""What a provider publishes and seldom changes: fetched once, kept, refreshed in time, and never fetched in a flood."""

import asyncio
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import ClassVar, Generic, TypeVar

from accredit.provider.http import ProviderResponse

T = TypeVar("T")

DEFAULT_MAX_AGE_S = 3600
LONGEST_MAX_AGE_S = 86_400
LONGEST_STALE_S = 86_400
"""For so long after its end what cannot be fetched is used on: it may have been withdrawn meanwhile."""
FIRST_COOLDOWN_S = 1
"""For so long nobody asks again after a fetch that failed, or did not bring what it was made for."""
LONGEST_COOLDOWN_S = 30
"""The cooldown doubles with each such fetch in a row, up to this; and nothing is stale sooner."""
MOST_KEPT = 256
"""Addresses of which something is kept: beyond them the one goes that was fetched longest ago."""

_MAX_AGE = re.compile(r"(?<![\w-])max-age=(\d+)", re.IGNORECASE)

Fetch = Callable[[str], Awaitable[ProviderResponse]]
"""Sends one GET."""


@dataclass(slots=True)
class Entry(Generic[T]):
    """What is known of one URL.

    The times are the monotonic clock's: a step of the other one must neither age what is kept nor freeze it.
    """

    value: T
    refresh_at: float
    """From then on it is fetched beside whoever uses it: half its life is left."""
    fresh_until: float
    ask_again_at: float
    setbacks: int = 0
    """Fetches in a row that failed, or did not bring what they were made for."""
    failed: bool = False
    """The last one failed."""

    def serves(self, now: float) -> bool:
        """Tell whether it may be used without waiting: fresh, or a stale one in whose place no other can be had."""
        if self.failed:
            return now < self.fresh_until + LONGEST_STALE_S
        return now < max(self.fresh_until, self.ask_again_at)

    def wait_s(self, now: float) -> int:
        """Return how many seconds it takes at least until somebody may ask again."""
        return max(1, math.ceil(self.ask_again_at - now))


class PublishedCache(ABC, Generic[T]):
    """Keep what one engine has fetched, by URL.

    What is fresh costs nothing. In the second half of its life the first one to use it has it fetched, and waits for
    nothing. What is stale costs one fetch that all waiting callers share. If that was in vain, a cooldown follows,
    which begins short, so that an endpoint that is back is found soon, and grows, so that a flood of callers is none of
    fetches. Where an endpoint fails, what is in hand serves for another day, without anybody waiting for it, and an
    alert is raised.

    `clock` returns seconds of a monotonic clock; `alert` takes an event name and the URL.
    """

    fetch_failed: ClassVar[str]
    """The event that tells of a fetch in vain."""
    shortest_max_age_s: ClassVar[float] = LONGEST_COOLDOWN_S

    def __init__(self, *, clock: Callable[[], float], alert: Callable[[str, str], None]) -> None:
        self._clock = clock
        self._alert = alert
        self._entries: dict[str, Entry[T]] = {}
        self._flights: dict[str, asyncio.Task[Entry[T]]] = {}

    @abstractmethod
    def _nothing(self) -> T:
        """Return what there is before the first fetch."""

    @abstractmethod
    def _read(self, response: ProviderResponse) -> T:
        """Return what has come.

        Raises:
            ProviderUnavailable: it is not what it should be.
        """

    @abstractmethod
    def _has(self, value: T, sought: str | None) -> bool:
        """Tell whether it is what somebody is looking for."""

    async def close(self) -> None:
        """End what is being fetched. What has been fetched is kept."""
        flights = [one for one in self._flights.values() if not one.get_loop().is_closed()]
        self._flights.clear()
        for flight in flights:
            flight.cancel()
        if flights:
            await asyncio.wait(flights)

    def _flight(self, url: str, sought: str | None, old: Entry[T] | None, fetch: Fetch) -> "asyncio.Task[Entry[T]]":
        flight = self._flights.get(url)
        if flight is None:
            # In a context of its own: what its first asker has put into his is nobody else's.
            fetched = self._refresh(url, sought, old, fetch)
            flight = asyncio.get_running_loop().create_task(fetched, context=Context())
            self._flights[url] = flight
            flight.add_done_callback(lambda _: self._flights.pop(url, None))
        return flight

    async def _refresh(self, url: str, sought: str | None, old: Entry[T] | None, fetch: Fetch) -> Entry[T]:
        started = self._clock()
        if old is None:
            old = Entry(self._nothing(), started, started, started)
        forgiven = started >= old.ask_again_at + LONGEST_COOLDOWN_S
        setbacks = 0 if forgiven else old.setbacks
        try:
            response = await fetch(url)
            value = self._read(response)
        except Exception:  # whatever it is, it must not become a flood of fetches
            self._alert(self.fetch_failed, url)
            # Remembered also where there is nothing: a cold cache must not turn every login into a fetch either.
            ask_again_at = self._ask_again_at(setbacks + 1)
            entry = Entry(old.value, old.refresh_at, old.fresh_until, ask_again_at, setbacks + 1, failed=True)
        else:
            setbacks = 0 if self._has(value, sought) else setbacks + 1
            max_age_s = min(max(stated_max_age_s(response.headers), self.shortest_max_age_s), LONGEST_MAX_AGE_S)
            ask_again_at = self._ask_again_at(setbacks)
            entry = Entry(value, started + max_age_s / 2, started + max_age_s, ask_again_at, setbacks)
        self._keep(url, entry)
        return entry

    def _keep(self, url: str, entry: Entry[T]) -> None:
        self._entries.pop(url, None)  # so that the order is that of the fetches
        self._entries[url] = entry
        if len(self._entries) > MOST_KEPT:
            del self._entries[next(iter(self._entries))]

    def _ask_again_at(self, setbacks: int) -> float:
        # The exponent is bounded too: an endpoint may be down for a year.
        cooldown_s = min(FIRST_COOLDOWN_S << min(setbacks - 1, 16), LONGEST_COOLDOWN_S) if setbacks else 0
        return self._clock() + cooldown_s


def stated_max_age_s(headers: Mapping[str, str]) -> float:
    """Return for how many seconds an answer may be kept by its own headers, or an hour where they do not say.

    Source: RFC 9111 sections 4.2.1 (`max-age` comes before `Expires`), 5.2.2 and 5.3 (an invalid date has passed).
    """
    control = headers.get("cache-control", "")
    if stated := _MAX_AGE.search(control):
        return float(stated[1])
    if "no-store" in control.lower() or "no-cache" in control.lower():
        return 0.0
    if "expires" not in headers:
        return DEFAULT_MAX_AGE_S
    try:
        # By the provider's clock on both sides: ours may be another.
        until, now = (parsedate_to_datetime(headers[name]) for name in ("expires", "date"))
        return (until - now).total_seconds()
    except (KeyError, ValueError, TypeError):
        return 0.0
