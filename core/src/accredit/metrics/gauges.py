"""What is read rather than counted: taken over from the exchanges whenever somebody asks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from weakref import WeakKeyDictionary

from prometheus_client.metrics_core import Metric

from accredit.audit.readings import Readings
from accredit.metrics.instruments import GAUGES
from accredit.metrics.labels import Values

_Name = tuple[str, str]
"""Of a reading, with its connection."""


class Gauges:
    """The readings of all exchanges that share these metrics, one number for each name and connection."""

    def __init__(self, connections: Values) -> None:
        self._connections = connections
        self._levels = {one.reading: (one, one.gauge()) for one in GAUGES if one.kind == "gauge"}
        self._counts = {one.reading: (one, one.counter()) for one in GAUGES if one.kind == "counter"}
        self._sources: WeakKeyDictionary[Readings, dict[_Name, float]] = WeakKeyDictionary()
        self._seen: set[_Name] = set()

    def add(self, readings: Readings) -> None:
        """Read these too, as long as their exchange lives."""
        self._sources[readings] = {}

    def refresh(self) -> None:
        """Read everything now."""
        levels: dict[_Name, list[float]] = defaultdict(list)
        for source, counted in list(self._sources.items()):
            for name, value, connection in source():
                if name in self._counts:
                    self._count(name, connection, value - counted.get((name, connection), 0.0))
                    counted[name, connection] = value
                elif name in self._levels:  # a storage of somebody else's may know more than we show
                    levels[name, connection].append(value)
        self._seen |= levels.keys()
        for name, connection in self._seen:  # those too of which there is nothing any more
            self._set(name, connection, levels.get((name, connection), [0.0]))

    def collect(self) -> Iterator[Metric]:
        """Return what was read last."""
        for _, shown in (*self._levels.values(), *self._counts.values()):
            yield from shown.collect()

    def _count(self, name: str, connection: str, more: float) -> None:
        kind, counter = self._counts[name]
        child = counter.labels(self._connections(connection)) if kind.labels else counter
        child.inc(max(0.0, more))  # less, where a part of the exchange was opened anew

    def _set(self, name: str, connection: str, values: Sequence[float]) -> None:
        kind, gauge = self._levels[name]
        child = gauge.labels(self._connections(connection)) if kind.labels else gauge
        child.set(max(values) if kind.mode == "livemax" else sum(values))
