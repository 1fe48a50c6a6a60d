"""The suite on two strategies that get everything right."""

import pytest
from core.tests.testing.conformance.good import GoodSuite
from core.tests.testing.conformance.inspected import InspectedSuite

pytestmark = pytest.mark.slow


class TestGood(GoodSuite):
    pass


class TestInspected(InspectedSuite):
    pass
