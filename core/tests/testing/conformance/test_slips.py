"""A slip in a simulator is told once, as what it is; no strategy is blamed for it, and nothing counts as passed."""

from typing import Any

import pytest
from core.tests.testing.conformance.good import Good, GoodSimulator, GoodSuite
from core.tests.testing.conformance.test_report import report_of, statuses

from accredit.testing import StrategyConformance
from accredit.testing.checks import checks_of

pytest_plugins = ["pytester"]

COUNT = len(checks_of(StrategyConformance))
NO_TOKEN = "def samples(self): import dataclasses; return [dataclasses.replace(super().samples()[0], parameters={})]"
SLIPS = {
    "def __init__(self, *, clock): raise KeyError": "it cannot be built: KeyError in TestAcme.Slip.__init__ (*)",
    "def settings(self, base_url): return {'app_id': 7}": "its settings table does not start: connection 'kit-good': *",
    "def settings(self, base_url): return self.nothing": "settings(): AttributeError in TestAcme.Slip.settings (*)",
    "def routes(self): return 1 / 0": "routes(): ZeroDivisionError in TestAcme.Slip.routes (test_acme.py:*)",
    "def samples(self): return {}['x']": "samples(): KeyError in TestAcme.Slip.samples (test_acme.py:*)",
    "def notices(self): return {}['x']": "notices(): KeyError in TestAcme.Slip.notices (test_acme.py:*)",
    "def samples(self): return []": "samples() returns none, or something else",
    "def samples(self): return super().samples()[::-1]": "its first sample, foreign_app, is not one that is to be *",
    NO_TOKEN: "there is no access_token and no code in its sample good-ada",
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.slow
def test_a_slip_before_anything_was_asked_is_one_failure(pytester: pytest.Pytester, slip: str) -> None:
    body = f"class Slip(GoodSimulator):\n        {slip}\n    simulator = Slip"
    result, report = report_of(pytester, body=body)
    result.assert_outcomes(failed=1, skipped=COUNT - 1)
    assert report["level"] == "failing"
    assert set(statuses(report).values()) == {"failed", "not run"}
    told = SLIPS[slip].replace("[", "[[]")
    first = "test_samples_cover_the_verdicts"
    result.stdout.fnmatch_lines(
        [
            f"  not run: {COUNT - 1} checks (the simulator failed: {told})",
            f"  failed: {first} (the simulator failed: {told})",
        ]
    )
    assert len(result.outlines) < 30, "\n".join(result.outlines)


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        ("return {}['x']", "KeyError in TestAcme.Slip._me (test_acme.py:*), asked for POST /me"),
        (
            "from starlette.responses import Response; return Response(status_code=500)",
            "it answers 500 to POST /me",
        ),
    ],
)
@pytest.mark.slow
def test_a_slip_in_a_route_is_told_once_and_by_no_traceback(pytester: pytest.Pytester, slip: str, told: str) -> None:
    imports = "from starlette.responses import Response"
    body = (
        f"{imports}\n    class Slip(GoodSimulator):\n        async def _me(self, request): {slip}\n    simulator = Slip"
    )
    chosen = ("samples_cover", "every_sample", "order", "no_claim")
    result, report = report_of(pytester, "-k", " or ".join(chosen), body=body)
    assert list(statuses(report).values()).count("failed") == 1
    result.stdout.fnmatch_lines(
        [f"  not run: * checks (the simulator failed: {told})", f"  failed: * (the simulator failed: {told})"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    assert report["level"] == "failing"


@pytest.mark.slow
def test_a_strategy_that_cannot_be_loaded_is_told_once(pytester: pytest.Pytester) -> None:
    body = "strategy = type('S', (Good,), {'user_id_scope': 'galaxy'})"
    result, _ = report_of(pytester, body=body)
    result.assert_outcomes(failed=1, skipped=COUNT - 1)
    result.stdout.fnmatch_lines([f"  not run: {COUNT - 1} checks (the strategy does not start: *user_id_scope*)"])


def test_what_a_strategy_raises_is_no_slip() -> None:
    class Raises(Good):
        async def ask(self, *_: object) -> Any:
            raise KeyError("x")

    suite: Any = type("Suite", (GoodSuite,), {"strategy": Raises, "simulator": GoodSimulator})()
    with pytest.raises(pytest.fail.Exception, match="plugin_failed"):
        suite.test_samples_cover_the_verdicts()


def test_a_suite_that_states_no_simulator_says_so() -> None:
    suite: Any = type("Suite", (StrategyConformance,), {"strategy": Good})()
    with pytest.raises(pytest.fail.Exception, match="the class states no simulator"):
        suite.test_samples_cover_the_verdicts()
