"""Nothing that an exchange does has become more, or less, without somebody having said so."""

import copy
from typing import Any

import pytest
from tests.guards import table
from tests.guards.cases import Counts, count

from accredit.text import text
from accredit_facebook.strategy import FacebookStrategy


@pytest.fixture(scope="module")
def counted() -> Counts:
    return count()


def test_an_exchange_costs_what_the_table_says(counted: Counts) -> None:
    problems = table.differences(table.read(), table.table_of(counted))
    assert not problems, "\n".join(
        [
            "an exchange costs something else than tests/guards/counts.toml says:",
            *problems,
            f"If that is meant, run `{table.RENEW}`, and say in the commit message why.",
        ]
    )


def test_what_is_cheap_by_design_stays_so(counted: Counts) -> None:
    assert "code" in FacebookStrategy.accepts  # and still nobody reads what is at hand for one
    fresh, repeated, refresh, alone = (table.table_of(counted)[case] for case in counted)
    assert fresh["provider_calls"] == 2
    assert (repeated["provider_calls"], repeated["tasks"]) == (0, 0)
    assert fresh["commits"] == repeated["commits"] == refresh["commits"] == 1
    assert fresh["signatures"] == repeated["signatures"] == refresh["signatures"] == 2
    assert (alone["statements"], alone["signatures"]) == (0, 0)
    assert {row["garbage"] for row in (fresh, repeated, refresh, alone)} == {0}


def test_work_that_is_added_is_noticed_and_named(counted: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    normalize = FacebookStrategy.normalize

    def thorough(self: Any, verification: Any) -> Any:
        for _ in range(20):
            text("more work")
        circle: list[Any] = []
        circle.append(circle)
        return normalize(self, verification)

    monkeypatch.setattr(FacebookStrategy, "normalize", thorough)
    problems = table.differences(table.table_of(counted), table.table_of(count()))
    cases = ("fresh_login", "repeated_login", "verify_only")  # a refresh asks no strategy
    assert [line.split(":")[0] for line in problems if "garbage 0 -> 1" in line] == list(cases)
    for case in cases:
        before = table.table_of(counted)[case]["calls"]
        assert f"{case}: calls {before} -> {before + 20} (accredit.text +20)" in problems


@pytest.mark.parametrize(
    ("what", "change", "is_told"),
    [
        ("provider_calls", 1, True),
        ("commits", -1, True),
        ("garbage", 1, True),
        ("calls", 10, False),
        ("calls", 11, True),
        ("calls", -10, False),
        ("calls", -11, True),
        ("library_calls", 6, False),
        ("library_calls", 7, True),
    ],
)
def test_what_is_counted_is_exact_and_calls_have_a_little_room(what: str, change: int, is_told: bool) -> None:
    calls = {"calls in accredit.exchange": 500, "calls in libraries": 100}
    kept = table.table_of({"login": {"provider_calls": 2, "commits": 1, **calls}})
    found: Any = copy.deepcopy(kept)
    found["login"][what] += change
    assert bool(table.differences(kept, found)) is is_told


def test_a_case_that_comes_or_goes_is_told() -> None:
    assert table.differences(table.table_of({"login": {}}), {}) == ["the cases are , and not login"]


def test_a_table_is_read_as_it_was_written(counted: Counts, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(table, "PATH", tmp_path / "counts.toml")
    table.write(table.table_of(counted))
    assert table.read() == table.table_of(counted)
