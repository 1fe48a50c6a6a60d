"""All that nodes share by one URL."""

import asyncio
import math
import time
from collections.abc import Callable, Mapping

from accredit.cache.redis.client import check_files, make_client
from accredit.cache.redis.hints import Hints, Listener
from accredit.cache.redis.line import Line
from accredit.cache.redis.seals import Seals
from accredit.cache.redis.verifications import RedisCache
from accredit.cache.redis.windows import RedisWindows
from accredit.settings import CacheSettings
from accredit.settings.cache_url import CacheUrl

_TELL_EVERY_S = 60.0


class SharedState:
    """What nodes share, and whether it is there.

    `clock` returns epoch seconds, `monotonic` seconds of a clock that nobody can set. `report` is told the name of an
    event, and its detail: `cache.away`, `cache.back`, and `cache.value_rejected` once a minute.

    Raises:
        ConfigurationError: redis-py is missing, or a file that the URL names.
    """

    def __init__(
        self,
        settings: CacheSettings,
        place: CacheUrl,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        report: Callable[[str, str], None],
    ) -> None:
        check_files(place)
        self._report = report
        self._monotonic = monotonic
        self._told_at = -math.inf
        self.rejected = 0
        """How many values were found that somebody else has written."""
        seals = Seals(settings.encryption_keys)
        self._line = Line(
            lambda: make_client(place, timeout_s=max(1.0, settings.timeout_s)),
            place=place.place,
            timeout_s=settings.timeout_s,
            report=report,
        )
        self.verifications = RedisCache(
            self._line,
            seals,
            max_bytes=settings.max_bytes,
            clock=clock,
            monotonic=monotonic,
            rejected=self._reject,
        )
        self.windows = RedisWindows(self._line, seals)
        self._seals = seals
        self._clock = clock
        self._hints: Hints | None = None
        self._telling: asyncio.Task[None] | None = None

    def tell(self, listeners: Mapping[str, Listener]) -> None:
        """Tell other nodes which of these are open, and warn them of what others tell. Call it before `open`."""
        self._hints = Hints(self._line, self._seals, listeners, clock=self._clock, rejected=self._reject)

    @property
    def is_away(self) -> bool:
        """Tell whether each node works by itself now."""
        return self._line.is_away

    def measured(self) -> Mapping[str, float]:
        """Return the numbers of this moment, by name."""
        return {"away": self._line.is_away, "failures": self._line.failures, "values_rejected": self.rejected}

    async def open(self) -> None:
        """Look whether it is there; where it is not, each node begins by itself."""
        await self._line.open()
        if self._hints is not None:
            self._telling = asyncio.create_task(self._hints.go_on())

    async def close(self) -> None:
        """Let go of it."""
        telling, self._telling = self._telling, None
        if telling is not None:
            telling.cancel()
            await asyncio.wait([telling])
        await self.verifications.close()
        await self._line.close()

    def _reject(self) -> None:
        self.rejected += 1
        now = self._monotonic()
        if now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            self._report("cache.value_rejected", "")
