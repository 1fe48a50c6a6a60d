"""The suite on two strategies that get everything right."""

import pytest
from core.tests.testing.conformance.coded import CodedSuite
from core.tests.testing.conformance.good import GoodSuite
from core.tests.testing.conformance.inspected import InspectedSuite
from core.tests.testing.conformance.noticing import NoticingSuite
from core.tests.testing.conformance.revoking import RevokingSuite

pytestmark = pytest.mark.slow


class TestGood(GoodSuite):
    pass


class TestInspected(InspectedSuite):
    pass


class TestRevoking(RevokingSuite):
    """One that revokes what it was given."""


class TestCoded(CodedSuite):
    """One that takes codes beside tokens."""


class TestNoticing(NoticingSuite):
    """One that reads what its provider tells."""
