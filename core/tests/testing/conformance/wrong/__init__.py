"""Strategies that get one thing wrong each, by kind: for every check of the kit, at least one that must fail it.

Each states the checks that must fail, and why, in its docstring; the strategy that it differs from passes them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.tests.testing.conformance.coded import Coded, CodedSuite
from core.tests.testing.conformance.good import GoodSuite
from core.tests.testing.conformance.inspected import Inspected, InspectedSuite
from core.tests.testing.conformance.noticing import Noticing, NoticingSuite
from core.tests.testing.conformance.revoking import Revoking, RevokingSuite

from accredit.testing import Simulator

Class = type[Any]


@dataclass(frozen=True)
class Wrong:
    """A wrong strategy, the suite it stands in, the suite of the right one, and the checks that tell them apart."""

    suite: type[GoodSuite]
    honest: type[GoodSuite]
    checks: tuple[str, ...]


WRONG: list[Wrong] = []


def fails(*checks: str, simulator: type[Simulator] | None = None) -> Callable[[Class], Class]:
    """State which checks a wrong strategy must fail; `simulator` is one that belongs to the mistake."""

    def note(strategy: Class) -> Class:
        kinds = ((Inspected, InspectedSuite), (Revoking, RevokingSuite), (Coded, CodedSuite), (Noticing, NoticingSuite))
        honest = next((suite for kind, suite in kinds if issubclass(strategy, kind)), GoodSuite)
        parts = {"strategy": strategy, "simulator": simulator or honest.simulator}
        suite = type(f"Suite{strategy.__name__}", (honest,), parts)
        WRONG.append(Wrong(suite, honest, tuple(f"test_{check}" for check in checks)))
        return strategy

    return note
