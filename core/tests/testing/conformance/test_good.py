"""The suite on two strategies that get everything right."""

from core.tests.testing.conformance.good import GoodSuite
from core.tests.testing.conformance.inspected import InspectedSuite


class TestGood(GoodSuite):
    pass


class TestInspected(InspectedSuite):
    pass
