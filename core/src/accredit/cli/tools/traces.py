"""`[traces]`, for commands that serve: what makes spans, and sends them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from accredit.cli.extras import problem_of_extra
from accredit.errors import ConfigurationError
from accredit.settings import TracesSettings

if TYPE_CHECKING:
    from accredit.asgi import App
    from accredit.traces import Traces

_PROBES = frozenset({"/healthz", "/readyz"})
"""Asked for every few seconds, and never of interest."""


@contextmanager
def traces_of(settings: TracesSettings) -> Iterator[Traces | None]:
    """Make what makes spans, and send what waits when the block ends; None where traces are off.

    Raises:
        ConfigurationError: what makes them is not installed, or a variable asks for what there is not.
    """
    if not settings.enabled:
        yield None
        return
    if problem := problem_of_extra("`traces.enabled`", "otel"):
        raise ConfigurationError(problem)
    from accredit.traces import Traces  # not at the top: who has none must not pay for OpenTelemetry
    from accredit.traces.provider import make_provider, stop

    provider = make_provider()
    try:
        yield Traces(provider)
    finally:
        stop(provider)


def traced(app: App, traces: Traces | None, issuer: str) -> Any:
    """Return the app with a span around each request."""
    return app if traces is None else traces.around(app, paths=app.paths - _PROBES, issuer=issuer)
