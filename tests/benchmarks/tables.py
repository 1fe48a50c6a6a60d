"""From measurements to tables: rows of text, for people."""

from collections.abc import Sequence

from tests.benchmarks.cases import Case
from tests.benchmarks.participants.registry import PARTICIPANTS
from tests.benchmarks.samples import Measurements

PROBED = ["another app's token of Facebook", "of Google"]
Rows = list[list[str]]
SATURATED = 0.9
"""A core of the load that is busier than this may be what was measured."""
HEAD = ["in flight", "server", "/s", "x floor", "p50 ms", "p99 ms", "CPU ms", "MiB", "calls"]


def text(value: float | None, digits: int = 0) -> str:
    """Return a figure with so many digits after the point; a dash for what is not known."""
    return "–" if value is None else f"{value:,.{digits}f}"


def rate(measurements: Measurements, case: str, server: str, in_flight: int) -> str:
    """Return the exchanges per second; with a sign where the load had no more to give."""
    busy = measurements.figure(case, server, in_flight, "load_busy")
    at_least = "≥ " if busy is not None and busy > SATURATED else ""
    return at_least + text(measurements.figure(case, server, in_flight, "per_second"))


def ratio(measurements: Measurements, case: Case, server: str, in_flight: int) -> str:
    """Return how it compares with the floor of the case."""
    return text(measurements.ratio(case.name, server, case.participants[0], in_flight), 2)


def of_a_case(measurements: Measurements, case: Case) -> Rows:
    """Return all figures of a case, a row for each concurrency and participant that has any."""
    rows = []
    for in_flight in case.in_flight:
        for server in case.participants:
            if not measurements.cell(case.name, server, in_flight):
                continue
            here = (case.name, server, in_flight)
            rows.append(
                [
                    str(in_flight),
                    PARTICIPANTS[server].title,
                    rate(measurements, *here),
                    ratio(measurements, case, server, in_flight),
                    text(measurements.figure(*here, "p50_ms"), 2),
                    text(measurements.figure(*here, "p99_ms"), 1),
                    text(measurements.figure(*here, "cpu_ms"), 2),
                    text(measurements.figure(*here, "peak_mib")),
                    text(measurements.figure(*here, "calls"), 2),
                ]
            )
    return rows


def plain(head: Sequence[str], rows: Rows) -> str:
    """Return a table for a terminal: figures to the right, words to the left."""
    lines = [list(head), *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    words = {place for place, name in enumerate(head) if name in {"server", *PROBED}}

    def put(line: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if place in words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join([put(lines[0]), "  ".join("-" * width for width in widths), *map(put, lines[1:])])


def probes(measurements: Measurements) -> Rows:
    """Return what each did with another app's token, and what it weighs before any load."""
    return [
        [PARTICIPANTS[probe.server].title, probe.other_app, probe.other_client or "–", text(probe.idle_mib)]
        for probe in measurements.probes.values()
    ]
