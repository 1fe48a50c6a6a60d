"""A trait that is not true is found out, and so is one that is not declared."""

import pytest
from core.tests.testing.conformance.good import GoodSuite
from core.tests.testing.conformance.untrue import UNTRUE


@pytest.mark.parametrize(
    ("suite", "check", "said"),
    [(suite, check, said) for (suite, check), said in UNTRUE.items()],
    ids=[f"{suite.__name__}-{suite.simulator.__name__}" for suite, _ in UNTRUE],
)
@pytest.mark.slow
def test_an_untrue_trait_fails(suite: type[GoodSuite], check: str, said: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=said):
        getattr(suite(), check)()
