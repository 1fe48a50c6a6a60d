"""The gauges of an engine: what the hook `measure` hands to plugins."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accredit.audit.readings import Reading
from accredit.exchange.lifecycle import Lifecycle
from accredit.exchange.providers import Providers
from accredit.storage import Commit, Measured, Storage, Watched

if TYPE_CHECKING:
    from accredit.audit.table import AuditTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class EngineReadings:
    """Reads the parts of one engine, open or not.

    `key_made_at` returns when the key that signs was made, None where nobody knows; `clock` returns epoch seconds.
    """

    lifecycle: Lifecycle
    providers: Providers
    storage: Storage
    shared: Measured | None
    """What nodes share, None where each process has its own."""
    audit_table: "AuditTable | None"
    key_made_at: Callable[[], int | None]
    clock: Callable[[], float]

    def __call__(self) -> Iterator[Reading]:
        """Return the readings of this moment."""
        yield Reading("in_flight", self.lifecycle.in_flight)
        yield Reading("turned_away", self.providers.admission.turned_away)
        for name, bounds in self.providers.bounds.items():
            yield Reading("provider_in_flight", bounds.bulkhead.in_flight, name)
            yield Reading("circuit_open", bounds.breaker.state != "closed", name)
        made_at = self.key_made_at()
        if made_at is not None:
            yield Reading("signing_key_age_s", self.clock() - made_at)
        for name, version in self.providers.api_versions.items():
            if version is not None and version.ends_on is not None:
                yield Reading("api_version_ends_at", _midnight(version.ends_on), name)
        if self.shared is not None:
            for name, value in self.shared.measured().items():
                yield Reading(f"cache_{name}", value)
        if isinstance(self.storage, Measured):
            for name, value in self.storage.measured().items():
                yield Reading(f"storage_{name}", value)
        if self.audit_table is not None:
            for name, value in self.audit_table.measured().items():
                yield Reading(f"audit_{name}", value)

    def watch_commits(self, heard: Callable[[Commit], object], *, mark: Callable[[], object] | None = None) -> None:
        """Tell of each commit, where the storage does."""
        if isinstance(self.storage, Watched):
            self.storage.watch_commits(heard, mark=mark)


def _midnight(day: dt.date) -> float:
    """Return when a day begins in UTC, in epoch seconds."""
    return dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()
