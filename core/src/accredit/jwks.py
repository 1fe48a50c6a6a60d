"""Provider key sets: fetched once, kept, refreshed, and never fetched in a flood."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from accredit.errors import ProviderUnavailable
from accredit.http import ProviderResponse
from accredit.jose import PublicKeys

DEFAULT_MAX_AGE_S = 3600
LONGEST_MAX_AGE_S = 86_400
COOLDOWN_S = 30
"""After a fetch, an unknown `kid` or a failing endpoint causes no other for this long."""

_MAX_AGE = re.compile(r"max-age=(\d+)", re.IGNORECASE)


@dataclass(slots=True)
class _Entry:
    keys: PublicKeys
    fetched_at: float
    fresh_until: float
    failed: bool = False


class JwksCache:
    """Keep the key sets of one engine, by URL.

    A fresh set that knows the `kid` costs nothing. A stale set, or an unknown `kid`, costs one fetch that all
    waiting callers share, at most one in `COOLDOWN_S`. A failing endpoint with keys in hand serves those and
    raises an alert; with none, the provider is unavailable.

    `fetch` sends one GET; `clock` returns epoch seconds; `alert` takes an event name and the URL.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[ProviderResponse]],
        *,
        clock: Callable[[], float],
        alert: Callable[[str, str], None],
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._alert = alert
        self._entries: dict[str, _Entry] = {}
        self._flights: dict[str, asyncio.Task[_Entry]] = {}

    async def keys(self, url: str, kid: str) -> PublicKeys:
        """Return the key set of `url`, refreshed where it is stale or does not know `kid`.

        Raises:
            ProviderUnavailable: the keys cannot be had, and so nobody can say whether `kid` is good.
        """
        entry, now = self._entries.get(url), self._clock()
        if entry is not None:
            wanted = kid not in entry.keys or now >= entry.fresh_until
            if not wanted or now < entry.fetched_at + COOLDOWN_S:
                return self._known(entry, kid)
        flight = self._flights.get(url)
        if flight is None:
            flight = self._flights[url] = asyncio.create_task(self._refresh(url, entry))
            flight.add_done_callback(lambda _: self._flights.pop(url, None))
        # Shielded: one caller that gives up must not take the keys from the others.
        return self._known(await asyncio.shield(flight), kid)

    @staticmethod
    def _known(entry: _Entry, kid: str) -> PublicKeys:
        if entry.failed and kid not in entry.keys:
            raise ProviderUnavailable("signing keys cannot be fetched, and the kid is unknown")
        return entry.keys

    async def _refresh(self, url: str, old: _Entry | None) -> _Entry:
        now = self._clock()
        try:
            response = await self._fetch(url)
            keys = PublicKeys(response.json_object())
            if response.status != 200 or not len(keys):
                raise ProviderUnavailable(f"key set has status {response.status} and {len(keys)} usable keys")
        except Exception:  # whatever it is, it must not become a flood of fetches
            self._alert("jwks.fetch_failed", url)
            if old is None:
                # Remembered as failed: a cold cache must not turn every login into a fetch either.
                old = _Entry(PublicKeys({}), now, now)
            entry = _Entry(old.keys, now, old.fresh_until, failed=True)
        else:
            age = _MAX_AGE.search(response.headers.get("cache-control", ""))
            max_age = min(float(age[1]), LONGEST_MAX_AGE_S) if age else DEFAULT_MAX_AGE_S
            entry = _Entry(keys, now, now + max_age)
        self._entries[url] = entry
        return entry
