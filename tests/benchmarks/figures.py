"""Which plots a run is drawn in."""

from collections.abc import Iterator, Sequence

from tests.benchmarks.cases import Case
from tests.benchmarks.participants.registry import PARTICIPANTS
from tests.benchmarks.plots.bars import Group, bars
from tests.benchmarks.plots.lines import Line, lines
from tests.benchmarks.samples import Measurements

MANY = 64
"""The concurrency that is drawn where there is one."""
MEMORY_AT = (64, 1000)


def figures(measurements: Measurements, cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    """Yield the file names and texts of the plots that the cases have figures for."""
    by_name = {case.name: case for case in cases}
    if case := by_name.get("fresh"):
        title = f"Exchanges a second on one core, {MANY} in flight"
        yield "bench-rate.svg", bars(_groups(measurements, case, "per_second"), title=title, unit="exchanges/s")
        drawn = _lines(measurements, case, "per_second")
        yield "bench-in-flight.svg", lines(drawn, title="Exchanges a second on one core", unit="exchanges/s")
        labels = ["idle", *(f"{number} in flight" for number in MEMORY_AT)]
        memory = _memory(measurements, case)
        yield "bench-memory.svg", bars(memory, title="Memory of the server", unit="MiB", labels=labels)
    if case := by_name.get("slow-provider"):
        title = f"Latency with a provider that takes 50 ms, {MANY} in flight"
        waits = _groups(measurements, case, "p50_ms", "p99_ms")
        yield "bench-latency.svg", bars(waits, title=title, unit="milliseconds", labels=["half", "99 in 100"])


def _colour(server: str, case: Case) -> str:
    kind = PARTICIPANTS[server].kind
    alike = [name for name in case.participants if PARTICIPANTS[name].kind == kind]
    return f"{kind}-{alike.index(server)}"


def _groups(measurements: Measurements, case: Case, *names: str) -> list[Group]:
    groups = []
    for server in case.participants:
        values = [measurements.figure(case.name, server, MANY, name) for name in names]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            groups.append(Group(PARTICIPANTS[server].title, _colour(server, case), known))
    return groups


def _lines(measurements: Measurements, case: Case, name: str) -> list[Line]:
    drawn = []
    for server in case.participants:
        points = [(number, measurements.figure(case.name, server, number, name)) for number in case.in_flight]
        known = [(number, value) for number, value in points if value]
        drawn.append(Line(PARTICIPANTS[server].title, _colour(server, case), known))
    return drawn


def _memory(measurements: Measurements, case: Case) -> list[Group]:
    groups = []
    for server in case.participants:
        probe = measurements.probes.get(server)
        peaks = [measurements.figure(case.name, server, number, "peak_mib") for number in MEMORY_AT]
        known = [value for value in [probe.idle_mib if probe else None, *peaks] if value is not None]
        if known:
            groups.append(Group(PARTICIPANTS[server].title, _colour(server, case), known))
    return groups
