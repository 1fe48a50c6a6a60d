"""The gauges of an engine: what the hook `measure` hands to plugins."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from accredit.audit.readings import Reading
from accredit.exchange.lifecycle import Lifecycle
from accredit.exchange.providers import Providers
from accredit.storage import Measured, Storage


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class EngineReadings:
    """Reads the parts of one engine, open or not.

    `key_made_at` returns when the key that signs was made, None where nobody knows; `clock` returns epoch seconds.
    """

    lifecycle: Lifecycle
    providers: Providers
    storage: Storage
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
        if isinstance(self.storage, Measured):
            for name, value in self.storage.measured().items():
                yield Reading(f"storage_{name}", value)
