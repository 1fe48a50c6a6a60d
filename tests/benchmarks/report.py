"""From measurements to a table."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

FLOOR = "floor"
SUBJECT = "accredit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One server at one concurrency in one round. `cpu_us` is per exchange."""

    server: str
    in_flight: int
    round: int
    exchanges: int
    wrong: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All samples of a run, and the peak memory of each server."""

    samples: Sequence[Sample]
    peak_mib: dict[str, float | None]

    @property
    def in_flight(self) -> list[int]:
        return sorted({sample.in_flight for sample in self.samples})

    def ratio(self, in_flight: int) -> float | None:
        """Return accredit's throughput by the floor's, the median over the rounds; None if one was not run."""
        return _median(ours.per_second / floor.per_second for ours, floor in self._pairs(in_flight) if floor.per_second)

    def cpu_ratio(self, in_flight: int) -> float | None:
        """Return the floor's processor time by accredit's: what the ratio would be on a machine at rest."""
        return _median(
            floor.cpu_us / ours.cpu_us for ours, floor in self._pairs(in_flight) if ours.cpu_us and floor.cpu_us
        )

    def _pairs(self, in_flight: int) -> list[tuple[Sample, Sample]]:
        cells = {(one.server, one.round): one for one in self.samples if one.in_flight == in_flight}
        rounds = sorted({number for _, number in cells})
        return [
            (cells[SUBJECT, number], cells[FLOOR, number])
            for number in rounds
            if (SUBJECT, number) in cells and (FLOOR, number) in cells
        ]

    def as_dict(self) -> dict[str, Any]:
        return {
            "samples": [asdict(sample) for sample in self.samples],
            "peak_mib": self.peak_mib,
            "ratio": {str(number): self.ratio(number) for number in self.in_flight},
            "cpu_ratio": {str(number): self.cpu_ratio(number) for number in self.in_flight},
        }

    def table(self) -> str:
        """Return medians over the rounds, for people."""
        head = "in flight  server     exchanges/s  p50 ms  p99 ms  CPU us  memory MiB  ratio  CPU ratio"
        lines = [head, "-" * len(head)]
        for in_flight in self.in_flight:
            for server in (FLOOR, SUBJECT):
                cell = [one for one in self.samples if (one.in_flight, one.server) == (in_flight, server)]
                if not cell:
                    continue
                ratios = (self.ratio(in_flight), self.cpu_ratio(in_flight)) if server == SUBJECT else (None, None)
                figures = (
                    _text(_median(one.per_second for one in cell)).rjust(11),
                    _text(_median(one.p50_ms for one in cell), 2).rjust(6),
                    _text(_median(one.p99_ms for one in cell), 2).rjust(6),
                    _text(_median(one.cpu_us for one in cell if one.cpu_us is not None)).rjust(6),
                    _text(self.peak_mib.get(server)).rjust(10),
                    _text(ratios[0], 2).rjust(5),
                    _text(ratios[1], 2).rjust(9),
                )
                lines.append("  ".join((f"{in_flight:>9}", f"{server:<9}", *figures)))
        return "\n".join(lines)


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return statistics.median(known) if known else None


def _text(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
