"""The suite on a strategy that gets everything right."""

from core.tests.conformance.good import GoodSuite


class TestGood(GoodSuite):
    pass
