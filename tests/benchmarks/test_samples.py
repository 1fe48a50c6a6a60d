"""From samples to figures, tables and files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.benchmarks.cases import CASES, narrowed
from tests.benchmarks.pages import PAGE, filled, write
from tests.benchmarks.samples import Measurements, Probe, Sample, fault_of
from tests.benchmarks.surroundings import Surroundings
from tests.benchmarks.tables import HEAD, of_a_case, plain

ROOT = Path(__file__).parents[2]
WHERE = Surroundings("a processor, 2 cores", "server on core 0", ("Python 3.11",), "2026-11-26", "abc1234")
SAMPLE = Sample(
    case="fresh", server="floor", in_flight=64, round=1, exchanges=1000, per_second=1000.0, p50_ms=60.0, p99_ms=90.0,
    cpu_ms=0.9, peak_mib=40.0, calls=2.0, load_busy=0.5,
)  # fmt: skip


def measurements(**changes: object) -> Measurements:
    """Return three rounds: the floor is steady, ours is half, all and a quarter of it."""
    shares = {1: 0.5, 2: 1.0, 3: 0.25}
    samples = [replace(SAMPLE, round=number) for number in shares]
    for number, share in shares.items():
        ours = replace(SAMPLE, server="accredit", round=number, per_second=1000.0 * share)
        samples.append(replace(ours, **changes))  # type: ignore[arg-type]  # fields of a sample
    probes = [
        Probe(server=name, other_app="refused (401)", other_client="", invalid="", idle_mib=30.0)
        for name in ("floor", "accredit")
    ]
    return Measurements(samples, {probe.server: probe for probe in probes})


def test_a_ratio_compares_within_a_round_and_is_the_median_of_the_rounds() -> None:
    assert measurements().ratio("fresh", "accredit", "floor", 64) == 0.5
    assert measurements().ratio("fresh", "accredit", "floor", 1) is None


def test_a_case_with_a_wrong_answer_has_no_figures() -> None:
    assert fault_of(["401 no", "401 no", "503"], 5) == "3 wrong answers beside 5 right ones, most of them: 401 no"
    assert fault_of([], 0) == "no answer"
    assert fault_of([], 5) is None
    failed = measurements()
    failed.failures["fresh", "accredit", 64] = "3 wrong answers"
    assert [row[1] for row in of_a_case(failed, CASES[0])] == ["floor"]


def test_a_rate_says_at_least_where_the_load_had_no_more_to_give() -> None:
    rows = of_a_case(measurements(load_busy=0.97), CASES[0])
    assert [row[2] for row in rows] == ["1,000", "≥ 500"]


def test_the_table_of_a_terminal_has_a_line_for_each_row_and_its_columns_stand_below_one_another() -> None:
    lines = plain(HEAD, of_a_case(measurements(), CASES[0])).splitlines()
    assert len(lines) == 4
    assert len({line.index("Accredit") if "Accredit" in line else line.index("floor") for line in lines[2:]}) == 1


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Return a copy of what a run writes into."""
    (tmp_path / "static").mkdir()
    (tmp_path / PAGE).parent.mkdir()
    (tmp_path / PAGE).write_text((ROOT / "docs" / PAGE).read_text("utf-8"), "utf-8")
    return tmp_path


def test_a_run_is_written_into_its_page_with_plots_and_samples_beside_it(docs: Path) -> None:
    write(measurements(), CASES, WHERE, folder=docs)
    page = (docs / PAGE).read_text("utf-8")
    assert "| **Accredit** | 500 | 0.50 | 60 | 90 | 0.90 | 30 / 40 / – | 2.0 | refused (401) | – |" in page
    assert "at commit `abc1234`, on a processor, 2 cores" in page
    assert {path.name for path in (docs / "static").glob("*.svg")} >= {"bench-rate.svg", "bench-latency.svg"}
    assert len(json.loads((docs / "static/bench.json").read_text("utf-8"))["samples"]) == 6


def test_a_table_is_replaced_and_what_stands_around_it_stays(docs: Path) -> None:
    page = "before\n\n<!-- measured: own -->\n\nold\n\n<!-- end -->\n\nafter\n"
    assert filled(page, {"own": "new\n"}) == page.replace("old", "new")
    with pytest.raises(ValueError, match="0 places for other"):
        filled(page, {"other": "new\n"})


def test_cases_are_chosen_by_name_server_and_concurrency() -> None:
    chosen = narrowed(CASES, names=["fresh"], servers=["accredit", "floor"], in_flight=[64])
    assert [(case.name, case.participants, case.in_flight) for case in chosen] == [
        ("fresh", ("floor", "accredit"), (64,))
    ]
    assert narrowed(CASES, names=[], servers=[], in_flight=[]) == list(CASES)
