"""The pytest side of the kit: a host's fixtures; of conformance the marker, exemptions, and a report of the checks.

Loaded in every environment that has Accredit, so it does nothing until a conformance class is collected, or a test asks
for a fixture. What a worker
of pytest-xdist finds out travels in the test reports' `user_properties`.
"""

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from accredit.testing.conformance.report import StrategyReport
    from accredit.testing.conformance.suite import Suite
    from accredit.testing.hosts.people import People
    from accredit.testing.hosts.providers import Providers

_PROPERTY = "accredit.conformance"
_TOLD = pytest.StashKey[set[tuple[str, str]]]()
"""Slips by conformance class that this run has told."""


@pytest.fixture
def accredit_strategies() -> tuple[str, ...]:
    """Name the providers to simulate: every installed one; override it in your `conftest.py` to name yours."""
    return ()


@pytest.fixture
def accredit_providers(accredit_strategies: tuple[str, ...]) -> "Iterator[Providers]":
    """Simulate providers for one test, as `accredit.testing.simulated` does."""
    from accredit.testing.hosts.simulated import simulated

    with simulated(*accredit_strategies) as providers:
        yield providers


@pytest.fixture
def accredit_people(accredit_providers: "Providers") -> "People":
    """Return the people who log in at the providers of `accredit_providers`."""
    return accredit_providers.people


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the report's file."""
    group = parser.getgroup("accredit", "Accredit conformance")
    group.addoption("--conformance-report", metavar="FILE", help="write the conformance report as JSON to FILE")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and the report."""
    config.addinivalue_line("markers", "threat(number, ...): the lines of the threat list that the test proves")
    config.pluginmanager.register(ConformanceReport(config), "accredit-conformance-report")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Look at each conformance class again: it may have been changed since it was defined."""
    if (found := _check_of(item)) is not None:
        from accredit.testing.conformance import StrategyConformance
        from accredit.testing.conformance.suite import ConformanceError, refuse_weakening

        try:
            refuse_weakening(found[0], StrategyConformance)
        except ConformanceError as exc:
            raise pytest.UsageError(str(exc)) from exc


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a check that is exempt, unless the class has one of its own in its place."""
    if (found := _check_of(item)) is not None:
        from accredit.testing.conformance import StrategyConformance

        suite, name = found
        if name in suite.exemptions and getattr(suite, name) is getattr(StrategyConformance, name):
            pytest.skip(f"exempt: {suite.exemptions[name]}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Write into each report of a check which check it was, and tell a slip of the simulator once."""
    report = yield
    if (found := _check_of(item)) is not None:
        from accredit.testing.conformance import StrategyConformance
        from accredit.testing.conformance.accepted import summed_up
        from accredit.testing.conformance.report import StrategyReport
        from accredit.testing.conformance.slips import is_slip

        suite, name = found
        begun = StrategyReport.of(suite, StrategyConformance, place=_place(item))
        about = {
            "place": begun.place,
            "strategy": begun.strategy,
            "traits": list(begun.traits),
            "exemptions": dict(suite.exemptions),
            "check": name,
            "accepted": summed_up(getattr(item, "instance", suite).seen_accepted),
        }
        report.user_properties.append((_PROPERTY, about))
        if report.failed and call.excinfo is not None and is_slip(said := str(call.excinfo.value)):
            told = item.config.stash.setdefault(_TOLD, set())
            if (begun.place, said) in told:
                report.outcome, report.longrepr = "skipped", (begun.place, 0, f"Skipped: {said}")
            told.add((begun.place, said))
    return report


class ConformanceReport:
    """Gathers what came of the checks, and tells it at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._reports: dict[str, StrategyReport] = {}

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Begin the report of a class, so that what is deselected later shows as not run."""
        if (found := _check_of(item)) is not None:
            from accredit.testing.conformance import StrategyConformance
            from accredit.testing.conformance.report import StrategyReport

            place = _place(item)
            if place not in self._reports:
                self._reports[place] = StrategyReport.of(found[0], StrategyConformance, place=place)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what came of one phase of a check."""
        for name, about in report.user_properties:
            if name == _PROPERTY and isinstance(about, dict):
                self._note(about, report)

    def _note(self, about: dict[str, Any], report: pytest.TestReport) -> None:
        from accredit.testing.checks import checks_of
        from accredit.testing.conformance import StrategyConformance
        from accredit.testing.conformance.accepted import from_rows
        from accredit.testing.conformance.report import (
            EXEMPT,
            FAILED,
            NOT_APPLICABLE,
            PASSED,
            StrategyReport,
            source_of,
        )
        from accredit.testing.conformance.slips import is_slip
        from accredit.testing.conformance.suite import NOT_APPLICABLE as PREFIX

        one = self._reports.get(about["place"])
        if one is None:  # collected by a worker, in another process
            strategy = about["strategy"]
            statuses = dict.fromkeys(checks_of(StrategyConformance), "not run")
            traits = tuple(about["traits"])
            one = StrategyReport(about["place"], strategy, source_of(strategy), statuses, traits=traits)
            for check, reason in about["exemptions"].items():
                one.set(check, EXEMPT, reason)
            self._reports[about["place"]] = one
        one.accepted |= from_rows(about["accepted"])
        said = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if report.failed or (report.skipped and hasattr(report, "wasxfail")):
            told = str(report.longrepr).partition("\n")[0] if report.failed else ""
            one.set(about["check"], FAILED, told if is_slip(told) else "")
        elif report.when == "call" and report.passed:
            one.set(about["check"], PASSED)
        elif report.skipped and PREFIX in said:
            one.set(about["check"], NOT_APPLICABLE, said.partition(PREFIX)[2])
        elif report.skipped:
            one.set(about["check"], "not run", said.removeprefix("Skipped: "))

    def pytest_terminal_summary(self, terminalreporter: "pytest.TerminalReporter") -> None:
        """Print the report, and write it where it is asked for."""
        if not self._reports:
            return
        terminalreporter.section("accredit conformance")
        for one in sorted(self._reports.values(), key=lambda report: (report.strategy, report.place)):
            for line in one.lines():
                terminalreporter.line(line)
        if path := self._config.getoption("--conformance-report"):
            text = json.dumps(self.document(), indent=2, ensure_ascii=False)
            Path(path).write_text(f"{text}\n", "utf-8")

    def document(self) -> dict[str, Any] | None:
        """Return what stands in the report's file; None where no check was collected."""
        if not self._reports:
            return None
        from accredit.testing.conformance import StrategyConformance
        from accredit.testing.conformance.report import document

        return document(self._reports, StrategyConformance)


def _check_of(item: pytest.Item) -> "tuple[type[Suite], str] | None":
    """Return class and name of an item that is a check of the kit."""
    import sys

    kit = sys.modules.get("accredit.testing.conformance")
    cls = getattr(item, "cls", None)
    if kit is None or not isinstance(cls, type) or not issubclass(cls, kit.StrategyConformance):
        return None
    name = getattr(item, "originalname", item.name)
    return (cls, name) if hasattr(kit.StrategyConformance, name) else None


def _place(item: pytest.Item) -> str:
    return item.nodeid.rpartition("::")[0]
