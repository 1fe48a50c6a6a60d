"""Correct strategies of every shape reach their level, with no check exempt but the one that wants a distribution."""

import pytest
from core.tests.testing.conformance.shapes import SHAPES

from accredit.testing import StrategyConformance
from accredit.testing.conformance.report import FAILED, NOT_APPLICABLE, PASSED, StrategyReport
from accredit.testing.conformance.suite import NOT_APPLICABLE as PREFIX

NOT_INSTALLED = "test_the_entry_point_brings_strategy_and_simulator"


@pytest.mark.parametrize("level", SHAPES)
@pytest.mark.slow
def test_a_correct_strategy_reaches_its_level(level: str) -> None:
    suite = SHAPES[level]
    report = StrategyReport.of(suite, StrategyConformance, place="here")
    for check in report.statuses.keys() - {NOT_INSTALLED}:
        try:
            getattr(suite(), check)()
        except pytest.skip.Exception as exc:
            report.set(check, NOT_APPLICABLE, str(exc).removeprefix(PREFIX))
        except (pytest.fail.Exception, AssertionError) as exc:
            report.set(check, FAILED, str(exc))
        else:
            report.set(check, PASSED)
    report.set(NOT_INSTALLED, PASSED)
    assert report.level == level, "\n".join(report.lines())
