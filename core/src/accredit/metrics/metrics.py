"""The plugin: hears every event, and counts."""

import platform
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, TypeVar

from prometheus_client import REGISTRY, CollectorRegistry, values
from prometheus_client.metrics_core import Metric

from accredit.audit.event import Event, Outcome
from accredit.audit.events import (
    AnyEvent,
    ClientTokenEvent,
    ExchangeEvent,
    ProviderEvent,
    RefreshEvent,
    RequestEvent,
)
from accredit.audit.readings import Readings, WatchesCommits
from accredit.hookspecs import hookimpl
from accredit.metrics.gauges import Gauges
from accredit.metrics.instruments import (
    ALERTS,
    BUILD,
    COMMITS,
    EVENTS,
    LIMITED,
    PROVIDER_CALLS,
    REFUSALS,
    REQUESTS,
    SIGNATURES,
    VERIFICATIONS,
)
from accredit.metrics.labels import Values, answer_of, request_of
from accredit.metrics.tally import Tally
from accredit.provider.http import ProviderCall
from accredit.storage import Commit

KeyT = TypeVar("KeyT")
SeriesT = TypeVar("SeriesT")
Observe = Callable[[float], None]

_ACCESS_TOKEN, _ID_TOKEN = ("access_token",), ("id_token",)
REFRESH_S = 1.0
"""With several processes, what is not written at once is written when an event comes after so long."""
MOST_SERIES = 4000
"""So many are found without a search. A provider may make up statuses."""


@dataclass(frozen=True, slots=True)
class _Series:
    """Where requests of one kind, connection and outcome are counted, and what else is of interest about them."""

    observe: Observe
    connection: str
    asks_providers: bool
    signs: bool
    was_accepted: bool


class Metrics:
    """Count what happens in an exchange, or in several that share this object, for Prometheus.

    Hand it to an exchange as a plugin. `registry` is where it is registered, by default Prometheus' own; with None it
    is in none, and `collect` has everything. No metric holds a client, a user, an address, or anything else that a
    caller can choose. With `PROMETHEUS_MULTIPROC_DIR` in the environment, Prometheus' client adds up what all processes
    of the host count.
    """

    def __init__(self, registry: CollectorRegistry | None = REGISTRY) -> None:
        self._requests = REQUESTS.histogram()
        self._refusals = REFUSALS.counter()
        self._calls = PROVIDER_CALLS.histogram()
        self._signatures = Tally(SIGNATURES.counter())
        self._signatures.update({_ACCESS_TOKEN: 0, _ID_TOKEN: 0})
        self._verifications = Tally(VERIFICATIONS.counter())
        self._limited = LIMITED.counter()
        self._events = EVENTS.counter()
        self._alerts = ALERTS.counter()
        self._commits = COMMITS.histogram()
        self._build = BUILD.gauge()
        self._build.labels(version("accredit"), platform.python_version()).set(1)
        self._connections, self._reasons, self._names, self._limits = Values(), Values(), Values(), Values()
        self._endpoints = Values()
        self._gauges = Gauges(self._connections)
        # `labels` costs more than all else, so each series is looked up once.
        self._series_of: dict[tuple[type[Event], str, Outcome | None], _Series] = {}
        self._call_of: dict[tuple[str, str, int | None], Observe] = {}
        self._refreshing = threading.Lock()
        self._is_shared = getattr(values.ValueClass, "_multiprocess", False)
        self._refresh_at = 0.0
        if registry is not None:
            registry.register(self)

    @hookimpl
    def measure(self, readings: Readings) -> None:
        """Show what can be read of an exchange."""
        self._gauges.add(readings)
        if isinstance(readings, WatchesCommits):
            readings.watch_commits(self._count_commit)

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Count one event: a few microseconds."""
        key = (type(event), event.connection, event.outcome)
        series = self._series_of.get(key)
        if series is not None:
            self._count_request(event, series)
        elif isinstance(event, RequestEvent):
            self._count_request(event, self._new_series(event))
        else:
            self._events.labels(self._names(event.name)).inc()
        if event.alert:
            self._alerts.labels(self._names(event.name), self._reasons(event.reason)).inc()
        if self._is_shared and (now := time.monotonic()) >= self._refresh_at:
            self._refresh_at = now + REFRESH_S
            self.refresh()

    def refresh(self) -> None:
        """Write what is not written at once. `collect` does it by itself; what merges several processes does not."""
        with self._refreshing:  # a host may be asked in several threads
            self._signatures.write()
            self._verifications.write()
            self._gauges.refresh()

    def collect(self) -> Iterator[Metric]:
        """Return everything as it is now: a registry asks for that."""
        self.refresh()
        for counted in (
            self._requests,
            self._refusals,
            self._limited,
            self._calls,
            self._events,
            self._alerts,
            self._commits,
        ):
            yield from counted.collect()
        for tally in (self._signatures, self._verifications):
            yield from tally.counter.collect()
        yield from self._gauges.collect()
        yield from self._build.collect()

    def _count_request(self, event: Any, series: _Series) -> None:
        series.observe(event.duration_ms / 1000)
        if series.asks_providers:
            connection, call_of = event.connection, self._call_of
            if event.verified_by is not None:
                self._verifications[series.connection, event.verified_by] += 1
            for call in event.calls:
                key = (connection, call.endpoint, call.status)
                (call_of.get(key) or self._new_call(connection, call))(call.duration_ms / 1000)
        if series.signs:
            self._signatures[_ACCESS_TOKEN] += 1
            if "openid" in event.scopes:
                self._signatures[_ID_TOKEN] += 1
        elif not series.was_accepted:
            self._refusals.labels(request_of(type(event)), series.connection, self._reasons(event.reason)).inc()
            if event.outcome == "limited":
                self._limited.labels(self._limits(event.limit)).inc()

    def _count_commit(self, commit: Commit) -> None:
        self._commits.observe(commit.duration_s)

    def _new_series(self, event: RequestEvent) -> _Series:
        kind, connection, outcome = type(event), event.connection, event.outcome
        shown = self._connections(connection)
        series = _Series(
            observe=self._requests.labels(request_of(kind), shown, outcome).observe,
            connection=shown,
            asks_providers=issubclass(kind, ProviderEvent),
            signs=outcome == "accepted" and issubclass(kind, ExchangeEvent | RefreshEvent | ClientTokenEvent),
            was_accepted=outcome == "accepted",
        )
        _keep(self._series_of, (kind, connection, outcome), series)
        return series

    def _new_call(self, connection: str, call: ProviderCall) -> Observe:
        labels = self._connections(connection), self._endpoints(call.endpoint), answer_of(call.status)
        observe = self._calls.labels(*labels).observe
        _keep(self._call_of, (connection, call.endpoint, call.status), observe)
        return observe


def _keep(table: dict[KeyT, SeriesT], key: KeyT, series: SeriesT) -> None:
    if len(table) < MOST_SERIES:
        table[key] = series
