"""`[metrics]`, for commands that serve: an address of its own, and what answers there."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager

from accredit.cli.extras import problem_of_extra
from accredit.cli.tools.process import listen, url_of
from accredit.errors import ConfigurationError
from accredit.settings import MetricsSettings, ServerSettings


@contextmanager
def metrics_listener(settings: MetricsSettings) -> Iterator[socket.socket | None]:
    """Listen where metrics are to be read; None where they are off.

    Raises:
        ConfigurationError: the address cannot be had, or what makes metrics is not installed.
    """
    if not settings.enabled:
        yield None
        return
    if problem := problem_of_extra("`metrics.enabled`", "metrics"):
        raise ConfigurationError(problem)
    with listen(settings.host, settings.port, options="metrics.host or metrics.port") as listener:
        yield listener


class MetricsDoor:
    """The metrics of one process, served at `listener`; with `folder`, those of all processes that count there."""

    def __init__(self, settings: MetricsSettings, listener: socket.socket, *, folder: str | None = None) -> None:
        from accredit.metrics import Metrics  # not at the top: who has none must not pay for Prometheus
        from accredit.metrics.page import Page

        metrics = Metrics(None)
        self.plugins: Sequence[object] = (metrics,)
        self.url = f"{url_of(listener)}{settings.path}"
        self._page = Page(metrics, path=settings.path, folder=folder)
        self._listener = listener

    def served(self, limits: ServerSettings) -> AbstractAsyncContextManager[None]:
        """Answer, while the block runs."""
        from accredit.serving.beside import served_beside

        return served_beside(self._page, self._listener, limits)
