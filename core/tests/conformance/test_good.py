"""The suite on two strategies that get everything right."""

from core.tests.conformance.good import GoodSuite
from core.tests.conformance.inspected import InspectedSuite


class TestGood(GoodSuite):
    pass


class TestInspected(InspectedSuite):
    pass
