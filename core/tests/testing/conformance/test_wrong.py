"""For each check of the kit, strategies that get that one thing wrong and must be found out by it."""

import functools
import importlib
import pkgutil
from typing import Any

import pytest
from core.tests.testing.conformance import wrong
from core.tests.testing.conformance.good import GoodSuite
from core.tests.testing.conformance.untrue import UNTRUE
from core.tests.testing.conformance.wrong import WRONG

from accredit.testing import StrategyConformance
from accredit.testing.checks import checks_of
from accredit.testing.conformance.suite import Violation

for module in pkgutil.iter_modules(wrong.__path__):
    importlib.import_module(f"{wrong.__name__}.{module.name}")

CASES = [pytest.param(one, check, id=f"{one.suite.__name__}-{check}") for one in WRONG for check in one.checks]
NOT_INSTALLED = "test_the_entry_point_brings_strategy_and_simulator"

# The engine decides these before a strategy is asked: there is nothing a strategy could get wrong.
ENGINE = {
    "test_a_request_that_is_not_allowed_never_reaches_the_provider",
    "test_what_no_token_may_hold_never_reaches_the_provider",
}


@functools.cache
def passes(suite: Any, check: str) -> bool:
    """Run a check on a right strategy: it passes, and does not only find nothing to look at."""
    run(suite, check)
    return True


def run(suite: type[GoodSuite], check: str) -> None:
    try:
        getattr(suite(), check)()
    except pytest.skip.Exception as exc:
        raise RuntimeError(f"{check} finds nothing to look at in {suite.__name__}") from exc


@pytest.mark.parametrize(("one", "check"), CASES)
@pytest.mark.slow
def test_a_wrong_strategy_fails_the_check_that_is_named_for_it(one: wrong.Wrong, check: str) -> None:
    with pytest.raises((pytest.fail.Exception, Violation)):
        run(one.suite, check)
    honest: Any = one.honest
    assert check == NOT_INSTALLED or passes(honest, check)


def test_each_says_what_is_wrong_with_it() -> None:
    assert len(WRONG) >= 90
    for one in WRONG:
        about = vars(one.suite.strategy).get("__doc__")
        assert about, one.suite.__name__
        assert one.checks, one.suite.__name__


def test_every_check_can_fail() -> None:
    covered = {check for one in WRONG for check in one.checks} | {check for _, check in UNTRUE} | ENGINE
    assert covered == set(checks_of(StrategyConformance))


def test_a_check_fails_with_what_is_wrong_and_not_with_how_it_was_found() -> None:
    suite: Any = next(one.suite for one in WRONG if one.suite.__name__ == "SuiteLowercasesIds")
    with pytest.raises(pytest.fail.Exception, match="the provider never said the id 00") as failure:
        suite().test_ids_are_the_providers_letter_for_letter()
    assert failure.value.pytrace is False
