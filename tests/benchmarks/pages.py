"""A run in the documentation: the tables of its page, plots, and every sample."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks.cases import Case
from tests.benchmarks.figures import MANY, figures
from tests.benchmarks.participants import OURS
from tests.benchmarks.participants.registry import PARTICIPANTS
from tests.benchmarks.samples import Measurements
from tests.benchmarks.surroundings import Surroundings
from tests.benchmarks.tables import PROBED, Rows, rate, ratio, text

PAGE = "explanation/performance.md"
PICTURES = "static"


def write(measurements: Measurements, cases: Sequence[Case], where: Surroundings, *, folder: Path) -> None:
    """Put the tables into the page that has places for them, and plots and samples beside it.

    `folder` is that of the documentation. What the run has not measured stays as it is.
    """
    page = folder / PAGE
    page.write_text(filled(page.read_text("utf-8"), _tables(measurements, cases, where)), "utf-8")
    files = dict(figures(measurements, cases))
    files["bench.json"] = _samples(measurements, where)
    for name, content in files.items():
        (folder / PICTURES / name).write_text(content, "utf-8")


def filled(page: str, tables: Mapping[str, str]) -> str:
    """Return a page with each table between its two marks, `<!-- measured: NAME -->` and `<!-- end -->`.

    Raises:
        ValueError: the page has no place for a table.
    """
    for name, content in tables.items():
        pattern = re.compile(rf"(<!-- measured: {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        page, count = pattern.subn(lambda hit, content=content: f"{hit[1]}\n{content}{hit[2]}", page)  # type: ignore[misc]  # bound now
        if count != 1:
            raise ValueError(f"{PAGE} has {count} places for {name}")
    return page


def markdown(head: Sequence[str], rows: Rows) -> str:
    """Return a table of Markdown: the first column to the left, the others to the right."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _tables(measurements: Measurements, cases: Sequence[Case], where: Surroundings) -> dict[str, str]:
    by_name = {case.name: case for case in cases}
    own = [case for case in cases if case.name != "workers"]
    tables = {"where": _where(measurements, where), "own": _own(measurements, own)}
    if case := by_name.get("workers"):
        tables["workers"] = _workers(measurements, case)
    if case := by_name.get("fresh"):
        tables["peers"] = _peers(measurements, case)
        tables["in-flight"] = _by_concurrency(measurements, case)
    if case := by_name.get("slow-provider"):
        tables["slow-provider"] = _slow(measurements, case)
    return tables


def _where(measurements: Measurements, where: Surroundings) -> str:
    lines = [
        f"Measured on {where.day} at commit `{where.commit}`, on {where.machine}: {where.cores}.",
        f"{', '.join(where.versions)}.",
    ]
    lines += [
        f"Without {PARTICIPANTS[name].title}: {reason.splitlines()[0]}." for name, reason in measurements.absent.items()
    ]
    return "\n".join(lines) + "\n"


def _peers(measurements: Measurements, case: Case) -> str:
    rows = []
    for server in case.participants:
        if not measurements.cell(case.name, server, MANY):
            continue
        probe = measurements.probes[server]
        memory = [probe.idle_mib, *(measurements.figure(case.name, server, n, "peak_mib") for n in (64, 1000))]
        rows.append(
            [
                _name(server),
                rate(measurements, case.name, server, MANY),
                ratio(measurements, case, server, MANY),
                text(measurements.figure(case.name, server, MANY, "p50_ms")),
                text(measurements.figure(case.name, server, MANY, "p99_ms")),
                text(measurements.figure(case.name, server, MANY, "cpu_ms"), 2),
                " / ".join(text(value) for value in memory),
                text(measurements.figure(case.name, server, MANY, "calls"), 1),
                probe.other_app,
                probe.other_client or "–",
            ]
        )
    head = ["server", "exchanges/s", "× floor", "p50 ms", "p99 ms", "CPU ms", "MiB idle / 64 / 1000", "calls"]
    return markdown([*head, *PROBED], rows)


def _by_concurrency(measurements: Measurements, case: Case) -> str:
    rows = [
        [
            _name(server),
            *(rate(measurements, case.name, server, number) for number in case.in_flight),
            *(text(measurements.figure(case.name, server, number, "p99_ms")) for number in case.in_flight),
        ]
        for server in case.participants
        if any(measurements.cell(case.name, server, number) for number in case.in_flight)
    ]
    head = [*(f"{number} in flight" for number in case.in_flight), *(f"p99 ms, {number}" for number in case.in_flight)]
    return markdown(["server", *head], rows)


def _slow(measurements: Measurements, case: Case) -> str:
    rows = []
    for server in case.participants:
        if any(measurements.cell(case.name, server, number) for number in case.in_flight):
            p50 = text(measurements.figure(case.name, server, 1, "p50_ms"), 1)
            rates = (rate(measurements, case.name, server, number) for number in case.in_flight)
            p99 = (text(measurements.figure(case.name, server, number, "p99_ms")) for number in case.in_flight)
            rows.append([_name(server), p50, *rates, *p99])
    head = [*(f"{number} in flight" for number in case.in_flight), *(f"p99 ms, {number}" for number in case.in_flight)]
    return markdown(["server", "p50 ms, 1", *head], rows)


def _own(measurements: Measurements, cases: Sequence[Case]) -> str:
    rows = [
        [
            f"{case.title}: {PARTICIPANTS[server].title}",
            str(number),
            rate(measurements, case.name, case.participants[0], number),
            rate(measurements, case.name, server, number),
            ratio(measurements, case, server, number),
            text(measurements.figure(case.name, server, number, "p99_ms"), 1),
            text(measurements.figure(case.name, server, number, "cpu_ms"), 2),
            text(measurements.figure(case.name, server, number, "calls"), 2),
        ]
        for case in cases
        for server in case.participants
        for number in case.in_flight
        if PARTICIPANTS[server].kind == OURS and measurements.cell(case.name, server, number)
    ]
    head = ["case", "in flight", "floor, /s", "Accredit, /s", "× floor", "p99 ms", "CPU ms", "calls"]
    return markdown(head, rows)


def _workers(measurements: Measurements, case: Case) -> str:
    one = case.participants[0]
    rows = [
        [
            _name(server),
            str(number),
            rate(measurements, case.name, server, number),
            text(measurements.figure(case.name, server, number, "cores"), 2),
            text(measurements.figure(case.name, server, number, "cpu_ms"), 2),
            text(_scaling(measurements, case.name, server, one, number), 2),
        ]
        for server in case.participants
        for number in case.in_flight
        if measurements.cell(case.name, server, number)
    ]
    return markdown(["server", "in flight", "exchanges/s", "cores it had", "CPU ms", "× one worker"], rows)


def _scaling(measurements: Measurements, case: str, server: str, one: str, in_flight: int) -> float | None:
    """Return what the workers would do on as many cores of their own, by what one does on one."""
    ratio = measurements.ratio(case, server, one, in_flight, "per_core_second")
    return None if ratio is None else ratio * PARTICIPANTS[server].workers


def _name(server: str) -> str:
    title = PARTICIPANTS[server].title
    return f"**{title}**" if server == "accredit" else title


def _samples(measurements: Measurements, where: Surroundings) -> str:
    """Return every sample, one a line: what changed between two runs is seen in a diff."""
    samples = ",\n".join(json.dumps(asdict(sample)) for sample in measurements.samples)
    probes = ",\n".join(json.dumps(asdict(probe)) for probe in measurements.probes.values())
    return f'{{"where": {json.dumps(asdict(where))},\n"probes": [\n{probes}\n],\n"samples": [\n{samples}\n]}}\n'
