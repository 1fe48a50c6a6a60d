"""`[metrics]`, for commands that serve: an address of its own, and what answers there."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple

from accredit.cli.extras import problem_of_extra
from accredit.errors import ConfigurationError
from accredit.serving.addresses import listen
from accredit.serving.listener import url_of
from accredit.settings import MetricsSettings, ServerSettings

REFRESH_S = 1.0


class SharedCounts(NamedTuple):
    """Where several processes count, and the number of this one."""

    folder: str
    number: int


def metrics_url(settings: MetricsSettings, listener: socket.socket) -> str:
    """Return where metrics are to be read."""
    return f"{url_of(listener)}{settings.path}"


@contextmanager
def metrics_listener(settings: MetricsSettings, handed: socket.socket | None = None) -> Iterator[socket.socket | None]:
    """Listen where metrics are to be read, or at the socket that was `handed` over; None where they are off.

    Raises:
        ConfigurationError: the address cannot be had, or what makes metrics is not installed.
    """
    if not settings.enabled:
        yield None
        return
    if problem := problem_of_extra("`metrics.enabled`", "metrics"):
        raise ConfigurationError(problem)
    if handed is not None:
        with handed:
            yield handed
        return
    with listen(settings.host, settings.port, options="metrics.host or metrics.port") as listener:
        yield listener


class MetricsDoor:
    """The metrics of one process, served at `listener`; or, of a worker with `place`, those of all workers."""

    def __init__(self, settings: MetricsSettings, listener: socket.socket, place: SharedCounts | None = None) -> None:
        from accredit.metrics import Metrics  # not at the top: who has none must not pay for Prometheus
        from accredit.metrics.page import Page
        from accredit.metrics.together import count_together

        if place is not None:
            count_together(*place)
        metrics = Metrics(None)
        self.plugins: Sequence[object] = (metrics,)
        self.url = metrics_url(settings, listener)
        self._refresh = metrics.refresh
        self._is_shared = place is not None
        self._page = Page(metrics, path=settings.path, folder=None if place is None else place.folder)
        self._listener = listener

    @asynccontextmanager
    async def served(self, limits: ServerSettings) -> AsyncIterator[None]:
        """Answer, while the block runs."""
        import asyncio

        from accredit.serving.beside import served_beside

        async with served_beside(self._page, self._listener, limits):
            refreshing = asyncio.create_task(self._refresh_often())
            try:
                yield
            finally:
                refreshing.cancel()

    async def _refresh_often(self) -> None:
        """Let the other workers show how things stand here, though nothing may happen."""
        import asyncio

        while self._is_shared:
            self._refresh()
            await asyncio.sleep(REFRESH_S)
