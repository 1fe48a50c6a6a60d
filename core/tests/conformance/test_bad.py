"""For each check, a strategy that gets that one thing wrong and must be found out."""

from typing import Any

import pytest
from core.tests.conformance.bad import BAD
from core.tests.conformance.good import GoodSuite
from core.tests.conformance.untrue import UNTRUE

from accredit.testing import StrategyConformance
from accredit.testing.conformance.suite import checks_of

CASES = [(suite, check) for suite, checks in BAD.items() for check in checks]

# The engine decides these before a strategy is asked: there is nothing a strategy could get wrong.
ENGINE = {
    "test_a_request_that_is_not_allowed_never_reaches_the_provider",
    "test_what_no_token_may_hold_never_reaches_the_provider",
}


@pytest.mark.parametrize(("suite", "check"), CASES, ids=[f"{suite.__name__}-{check}" for suite, check in CASES])
def test_a_bad_strategy_fails(suite: type[GoodSuite], check: str) -> None:
    with pytest.raises((pytest.fail.Exception, AssertionError)):
        getattr(suite(), check)()


def test_every_check_can_fail() -> None:
    covered = {check for _, check in CASES} | {check for _, check in UNTRUE} | ENGINE
    assert covered == set(checks_of(StrategyConformance))


def test_a_check_fails_with_what_is_wrong_and_not_with_how_it_was_found() -> None:
    suite: Any = next(suite for suite in BAD if suite.__name__ == "SuiteLowercasesIds")
    with pytest.raises(pytest.fail.Exception, match="the provider never said the id 00") as failure:
        suite().test_ids_are_the_providers_letter_for_letter()
    assert failure.value.pytrace is False
