"""What was measured: one sample for each participant, concurrency and round of a case, and what follows from them."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One participant at one concurrency in one round of a case. Figures are None where there is no /proc."""

    case: str
    server: str
    in_flight: int
    round: int
    exchanges: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float | None
    """Processor time of the server for each exchange, all its threads and processes."""
    peak_mib: float | None
    """The largest resident size when it had so many in flight for the first time: an allocator keeps what it has."""
    calls: float
    """Calls of the provider for each exchange."""
    load_busy: float
    """How busy the core of the load and the provider was; near 1 it, not the server, is what was measured."""
    cores: float = 1.0
    """How many cores the server had for itself: less than two for two workers where one of them is the load's, too."""

    @property
    def per_core_second(self) -> float:
        """Exchanges in a second of one core."""
        return self.per_second / self.cores


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a participant did with tokens that it must refuse, and what it weighs before any load."""

    server: str
    other_app: str
    """Its answer to a valid token of Facebook's for another app: `refused (401)` or `accepted (200)`."""
    other_client: str
    """The same with Google; empty for who takes no access tokens of Google."""
    invalid: str
    idle_mib: float | None


@dataclass(slots=True)
class Measurements:
    """All samples of a run, what the participants were probed for, and what went wrong."""

    samples: list[Sample] = field(default_factory=list)
    probes: dict[str, Probe] = field(default_factory=dict)
    failures: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """By case, participant and concurrency; such a case has no figures."""
    left_out: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """The same, where a participant would take too long."""
    absent: dict[str, str] = field(default_factory=dict)
    """Why a participant did not take part."""

    def cell(self, case: str, server: str, in_flight: int) -> list[Sample]:
        """Return the rounds of a case, participant and concurrency; none if one of them failed."""
        if (case, server, in_flight) in self.failures:
            return []
        return [one for one in self.samples if (one.case, one.server, one.in_flight) == (case, server, in_flight)]

    def figure(self, case: str, server: str, in_flight: int, name: str) -> float | None:
        """Return the median of a figure over the rounds."""
        return median(getattr(one, name) for one in self.cell(case, server, in_flight))

    def ratio(self, case: str, server: str, floor: str, in_flight: int, figure: str = "per_second") -> float | None:
        """Return a figure by the floor's in the same round, the median over the rounds."""
        floors = {one.round: getattr(one, figure) for one in self.cell(case, floor, in_flight)}
        ours = self.cell(case, server, in_flight)
        return median(getattr(one, figure) / floors[one.round] for one in ours if floors.get(one.round))


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of what is known; None if nothing is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def fault_of(wrong: Sequence[str], right: int) -> str | None:
    """Return in a sentence what was wrong with some answers; None if all were right."""
    if wrong:
        first = max(set(wrong), key=wrong.count)
        return f"{len(wrong)} wrong answers beside {right} right ones, most of them: {first}"
    return None if right else "no answer"
