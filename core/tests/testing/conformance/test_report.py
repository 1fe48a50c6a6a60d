"""What pytest says at the end, and in the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from accredit.testing import StrategyConformance
from accredit.testing.checks import checks_of
from accredit.testing.conformance.accepted import Accepted, summed_up
from accredit.testing.conformance.report import StrategyReport

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[4]
QUICK = "test_settings_and_strategy_show_no_secret"
MODULE = """
import sys
sys.path.insert(0, {root!r})
from core.tests.testing.conformance.good import Good, GoodSimulator, GoodSuite

class TestAcme(GoodSuite):
    exemptions = {exemptions!r}
    {body}
"""


def report_of(pytester: pytest.Pytester, *arguments: str, **module: Any) -> tuple[pytest.RunResult, dict[str, Any]]:
    """Run a conformance class in a pytest of its own, without the plugin for asyncio: the kit needs none."""
    module = {"exemptions": {}, "body": "pass", **module}
    pytester.makepyfile(test_acme=MODULE.format(root=str(ROOT), **module))
    path = pytester.path / "report.json"
    result = pytester.runpytest_inprocess(
        "-pno:asyncio", "--import-mode=importlib", "--strict-markers", f"--conformance-report={path}", *arguments
    )
    report = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return result, report["strategies"][0] if report else {}


def statuses(report: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["status"] for check in report["checks"]}


def test_what_is_deselected_shows_as_not_run(pytester: pytest.Pytester) -> None:
    result, report = report_of(pytester, "-k", QUICK)
    result.assert_outcomes(passed=1, deselected=len(checks_of(StrategyConformance)) - 1)
    assert report["level"] == "incomplete"
    assert report["class"] == "test_acme.py::TestAcme"
    assert statuses(report).pop(QUICK) == "passed"
    assert set(statuses(report)) == set(checks_of(StrategyConformance))
    assert [name for name, status in statuses(report).items() if status != "not run"] == [QUICK]
    result.stdout.fnmatch_lines(["*accredit conformance*", "kit-good (not installed): incomplete: 1 passed, * not run"])
    others = len(checks_of(StrategyConformance)) - 1
    result.stdout.fnmatch_lines([f"  not run: {others} checks (deselected)"])
    result.stdout.no_fnmatch_line("  not run: test_*")


def test_what_is_selected_by_name_leaves_the_others_not_run(pytester: pytest.Pytester) -> None:
    result, report = report_of(pytester, f"test_acme.py::TestAcme::{QUICK}")
    result.assert_outcomes(passed=1)
    assert report["level"] == "incomplete"


def test_an_exempted_check_is_skipped_and_reported_with_its_reason(pytester: pytest.Pytester) -> None:
    reason = "the strategy stands in a test"
    result, report = report_of(pytester, "-k", QUICK, exemptions={QUICK: reason})
    result.assert_outcomes(skipped=1, deselected=len(checks_of(StrategyConformance)) - 1)
    (check,) = (one for one in report["checks"] if one["name"] == QUICK)
    assert check == {
        "name": QUICK,
        "about": "A setting that sounds like a secret is a `SecretStr`, and no representation shows one.",
        "threats": [33],
        "status": "exempt",
        "reason": reason,
    }
    result.stdout.fnmatch_lines([f"  exempt: {QUICK} ({reason})"])


def test_a_check_of_its_own_in_the_place_of_an_exempted_one_runs_and_is_reported_as_exempt(
    pytester: pytest.Pytester,
) -> None:
    body = f"def {QUICK}(self): pass"
    result, report = report_of(pytester, "-k", QUICK, exemptions={QUICK: "ours is a stricter one"}, body=body)
    result.assert_outcomes(passed=1, deselected=len(checks_of(StrategyConformance)) - 1)
    assert statuses(report)[QUICK] == "exempt"
    failing = f"def {QUICK}(self): assert False"
    result, report = report_of(pytester, "-k", QUICK, exemptions={QUICK: "ours is a stricter one"}, body=failing)
    assert statuses(report)[QUICK] == "failed"
    assert report["level"] == "failing"


def test_traits_are_told_in_the_report_and_in_its_file(pytester: pytest.Pytester) -> None:
    check = "test_another_apps_token_is_refused"
    body = "strategy = type('S', (Good,), {'traits': frozenset({'unbound'})})"
    for workers in ((), ("-n1",)):
        result, report = report_of(pytester, "-k", check, *workers, body=body)
        (one,) = (one for one in report["checks"] if one["name"] == check)
        assert (report["traits"], one["status"]) == (["unbound"], "not applicable")
        assert one["reason"] == "the strategy declares unbound"
        result.stdout.fnmatch_lines([f"  not applicable: {check} (the strategy declares unbound)"])


def test_what_was_seen_accepted_is_told_with_its_proof(pytester: pytest.Pytester) -> None:
    for workers in ((), ("-n1",)):
        _, report = report_of(pytester, "-k", "test_every_sample_gets_its_verdict", *workers)
        assert report["accepted"] == [
            {"credential": "access_token", "proof": "AppBound", "nonce": False, "pkce": False},
            {"credential": "id_token", "proof": "JwtAudience", "nonce": False, "pkce": False},
        ]


def test_what_was_not_asked_for_was_not_seen(pytester: pytest.Pytester) -> None:
    _, report = report_of(pytester, "-k", QUICK)
    assert report["accepted"] == []


def test_logins_of_one_kind_and_proof_are_one_row() -> None:
    seen = [
        Accepted("id_token", "JwtAudience", nonce=False, pkce=False),
        Accepted("code", "CodeExchanged", nonce=False, pkce=True),
        Accepted("id_token", "JwtAudience", nonce=True, pkce=False),
        Accepted("code", "CodeExchanged", nonce=False, pkce=False),
    ]
    for order in (seen, seen[::-1]):
        assert summed_up(order) == [
            {"credential": "code", "proof": "CodeExchanged", "nonce": False, "pkce": True},
            {"credential": "id_token", "proof": "JwtAudience", "nonce": True, "pkce": False},
        ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("pytestmark = __import__('pytest').mark.skip(reason='no time')", "not run"),
        ("pytestmark = __import__('pytest').mark.xfail", "passed"),
        ("pytestmark = __import__('pytest').mark.xfail(strict=True)", "failed"),
        ("def setup_method(self): raise RuntimeError", "failed"),
        ("def teardown_method(self): raise RuntimeError", "failed"),
    ],
)
def test_marks_and_fixtures_hide_nothing(pytester: pytest.Pytester, body: str, status: str) -> None:
    _, report = report_of(pytester, "-k", QUICK, body=body)
    assert statuses(report)[QUICK] == status


def test_an_expected_failure_is_a_failure(pytester: pytest.Pytester) -> None:
    empty = "simulator = type('S', (GoodSimulator,), {'samples': lambda self: []})"
    body = f"{empty}; pytestmark = __import__('pytest').mark.xfail"
    _, report = report_of(pytester, "-k", "test_samples_cover_the_verdicts", body=body)
    assert statuses(report)["test_samples_cover_the_verdicts"] == "failed"
    assert report["level"] == "failing"


def test_overriding_without_an_exemption_stops_the_run(pytester: pytest.Pytester) -> None:
    result, _ = report_of(pytester, body=f"def {QUICK}(self): pass")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"*overrides the check {QUICK}*"])


def test_replacing_a_check_behind_the_back_of_the_class_stops_the_run(pytester: pytest.Pytester) -> None:
    body = f"pass\nTestAcme.{QUICK} = lambda self: None"
    result, _ = report_of(pytester, body=body)
    assert result.ret != 0
    result.stderr.fnmatch_lines([f"*overrides the check {QUICK}*"])


def test_pytest_without_a_conformance_class_says_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import pytest\n@pytest.mark.threat(1)\ndef test_x(): pass")
    result = pytester.runpytest_inprocess("-pno:asyncio", "--strict-markers")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*accredit conformance*")


def made(**changes: str) -> StrategyReport:
    report = StrategyReport("here", "acme", "accredit-acme 1.0", dict.fromkeys(("a", "b", "c"), "passed"))
    report.statuses |= changes
    return report


def test_levels_follow_from_the_checks_alone() -> None:
    assert made().level == "full"
    assert made(a="not applicable").level == "full"
    assert made(a="exempt", b="not applicable").level == "partial"
    assert made(a="exempt", b="not run").level == "incomplete"
    assert made(a="exempt", b="not run", c="failed").level == "failing"


def test_the_best_level_names_the_traits() -> None:
    report = made(a="not applicable")
    report.traits = ("single_use", "unbound")
    assert report.level == "full (single_use, unbound)"
    report.set("b", "exempt", "our own reason")
    assert report.level == "partial"


def test_the_terminal_shows_what_a_trait_has_left_out() -> None:
    report = made()
    report.traits = ("makes_no_call",)
    report.set("a", "not applicable", "the strategy declares makes_no_call")
    report.set("b", "not applicable", "the simulator has no ID tokens")
    assert list(report.lines()) == [
        "acme (accredit-acme 1.0): full (makes_no_call): 1 passed, 2 not applicable",
        "  not applicable: a (the strategy declares makes_no_call)",
    ]


def test_a_failure_stays_a_failure_and_an_exemption_an_exemption() -> None:
    report = made(a="not run")
    for status, expected in (("exempt", "exempt"), ("passed", "exempt"), ("failed", "failed"), ("passed", "failed")):
        report.set("a", status)
        assert report.statuses["a"] == expected


def test_the_terminal_shows_what_is_not_as_it_should_be() -> None:
    report = made(a="failed", b="not run")
    report.set("c", "exempt", "our own reason")
    assert list(report.lines()) == [
        "acme (accredit-acme 1.0): failing: 1 exempt, 1 not run, 1 failed",
        "  not run: 1 check (deselected)",
        "  failed: a",
        "  exempt: c (our own reason)",
    ]


def test_the_terminal_names_a_check_that_is_left_out_for_a_reason() -> None:
    report = made(a="not run", b="not run")
    report.set("c", "not run", "no time")
    assert list(report.lines()) == [
        "acme (accredit-acme 1.0): incomplete: 3 not run",
        "  not run: 2 checks (deselected)",
        "  not run: c (no time)",
    ]
