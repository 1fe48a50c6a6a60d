"""The gallery of providers says what the code and the kit say."""

import copy
import datetime as dt
import importlib.metadata
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from docs import gallery
from tests.documents.blocks import ROOT

from accredit.audience import AudienceProof
from accredit.credentials import CredentialKind
from accredit.plugins.published import published
from accredit.strategy import UserIdScope
from accredit.testing import StrategyConformance
from accredit.testing.checks import checks_of

OURS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))
STRATEGIES = {strategy.name: strategy for strategy in gallery.ours()}
pytest_plugins = ["pytester"]

ANEW = "run: nox -s conformance"
NOT_RUN = [{"name": "test_x", "about": "", "threats": [], "status": "not run"}]


def test_the_page_and_the_lists_are_those_of_the_code() -> None:
    assert gallery.PAGE.read_text("utf-8") == gallery.page(), "run: python -m docs.generate"
    for path in gallery.LISTS:
        assert path.read_text("utf-8") == gallery.as_list(), "run: python -m docs.generate"


def test_every_plugin_is_listed_under_its_distribution() -> None:
    assert list(published()) == list(STRATEGIES) == OURS
    assert [one["distribution"] for one in published().values()] == [f"accredit-{name}" for name in OURS]


@pytest.mark.parametrize("name", OURS)
def test_a_report_is_of_this_kit_and_this_plugin(name: str) -> None:
    report = gallery.stored(name)
    assert report["checks"].keys() == set(checks_of(StrategyConformance)), ANEW
    distribution = importlib.metadata.distribution(f"accredit-{name}")
    assert report["source"] == f"accredit-{name} {distribution.version}", ANEW
    assert report["kit"] == importlib.metadata.version("accredit"), ANEW
    traits = ", ".join(sorted(STRATEGIES[name].traits))
    assert report["level"] == (f"full ({traits})" if traits else "full"), ANEW
    assert {one["credential"] for one in report["accepted"]} == STRATEGIES[name].accepts, ANEW


@pytest.mark.parametrize("name", OURS)
def test_a_plugin_says_in_two_lines_what_can_go_wrong(name: str) -> None:
    assert 40 < len(gallery.can_go_wrong(name)) < 240, f"plugins/{name}/README.md: ## What can go wrong"


def test_every_kind_proof_and_scope_has_its_words() -> None:
    assert list(gallery.KINDS) == list(get_args(CredentialKind))
    assert gallery.PROOFS.keys() == {proof.__name__ for proof in get_args(AudienceProof)}
    assert gallery.USER_IDS.keys() == set(get_args(UserIdScope))


def test_every_key_of_the_list_is_described() -> None:
    for_programs = gallery.PAGE.read_text("utf-8").partition("## For programs")[2]
    described = re.findall(r"^\| `(\w+)` \|", for_programs, re.MULTILINE)
    for one in json.loads(gallery.as_list())["strategies"]:
        assert list(one) == described
        for part in (*one["proofs"], one["conformance"], gallery.stored(one["strategy"])):
            assert [key for key in part if f"`{key}`" not in for_programs and f'"{key}"' not in for_programs] == []


# -- a run of the kit is compared with what is kept


def run_of(name: str, **changes: Any) -> dict[str, Any]:
    """Return what pytest writes of a run that finds what is kept."""
    report = gallery.stored(name)
    found = (status.partition(": ") for status in report["checks"].values())
    checks = [
        {"name": check, "about": "", "threats": [], "status": status, **({"reason": reason} if reason else {})}
        for check, (status, _, reason) in zip(report["checks"], found, strict=True)
    ]
    one = {name: report[name] for name in ("strategy", "source", "level", "accepted")}
    one |= {"class": f"plugins/{name}/tests/test_conformance.py::Test", "traits": [], "checks": checks, **changes}
    return {"kit": report["kit"], "strategies": [one]}


def test_a_run_that_finds_the_same_is_not_outdated() -> None:
    for name in OURS:
        assert gallery.outdated(run_of(name)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"level": "failing"},
        {"source": "accredit-weibo 9.9"},
        {"accepted": []},
        {"checks": []},
    ],
    ids=["level", "source", "accepted", "checks"],
)
def test_whatever_differs_is_outdated(changes: dict[str, Any]) -> None:
    assert gallery.outdated(run_of("weibo", **changes)) == ["weibo"]


def test_a_check_that_ends_otherwise_is_outdated() -> None:
    run = run_of("weibo")
    run["strategies"][0]["checks"][0]["status"] = "failed"
    assert gallery.outdated(run) == ["weibo"]


def test_what_was_not_run_whole_and_what_is_not_ours_is_not_compared() -> None:
    for level in ("incomplete", "failing"):
        assert gallery.outdated(run_of("weibo", level=level, checks=NOT_RUN)) == []
    assert gallery.outdated(run_of("weibo", level="failing", **{"class": "core/tests/x.py::Test"})) == []


def test_the_date_changes_only_with_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, before = run_of("weibo"), gallery.stored("weibo")
    monkeypatch.setattr(gallery, "REPORTS", tmp_path)
    first, second, third = (dt.date(2031, 1, day) for day in (1, 2, 3))
    gallery.take_in(run, first)
    assert gallery.stored("weibo") == {**before, "date": "2031-01-01"}
    gallery.take_in(run, second)
    assert gallery.stored("weibo")["date"] == "2031-01-01"
    changed = copy.deepcopy(run)
    changed["strategies"][0]["level"] = "partial"
    gallery.take_in(changed, third)
    assert (gallery.stored("weibo")["date"], gallery.stored("weibo")["level"]) == ("2031-01-03", "partial")


def test_a_run_that_is_not_whole_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of("weibo", level="failing", checks=NOT_RUN)
    monkeypatch.setattr(gallery, "REPORTS", tmp_path)
    with pytest.raises(SystemExit, match="weibo: not every check was run"):
        gallery.take_in(run, dt.date(2031, 1, 1))
    assert list(tmp_path.iterdir()) == []


# -- and fails by it: the two hooks of `conftest.py`


@pytest.mark.slow
@pytest.mark.parametrize("is_kept", [True, False])
def test_a_whole_run_fails_where_something_else_is_kept(pytester: pytest.Pytester, *, is_kept: bool) -> None:
    kept = {**gallery.stored("weibo"), **({} if is_kept else {"level": "partial"})}
    (pytester.path / "weibo.json").write_text(json.dumps(kept), "utf-8")
    run = run_of("weibo")
    pytester.makeconftest(
        f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from docs import gallery
gallery.REPORTS = Path({str(pytester.path)!r})
from conftest_of_all import pytest_sessionfinish, pytest_terminal_summary

def pytest_sessionstart(session):
    session.config.pluginmanager.get_plugin("accredit-conformance-report").document = lambda: {run!r}
"""
    )
    (pytester.path / "conftest_of_all.py").write_text((ROOT / "conftest.py").read_text("utf-8"), "utf-8")
    pytester.makepyfile("def test_x(): pass")
    pytester.syspathinsert()
    result = pytester.runpytest_subprocess("-pno:asyncio")
    result.assert_outcomes(passed=1)
    told = "docs/providers/reports/weibo.json is not what was found; run: nox -s conformance"
    if is_kept:
        assert result.ret == pytest.ExitCode.OK
        result.stdout.no_fnmatch_line(told)
    else:
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines([told])
