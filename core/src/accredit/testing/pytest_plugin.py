"""The pytest side of the conformance kit: its marker, and a report of every strategy that was checked.

Loaded in every environment that has Accredit, so it costs nothing until a conformance class is collected.
"""

from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", "threat(number, ...): the lines of the threat list that the test proves")


def pytest_addoption(parser: Any) -> None:
    """Add the option for the report's file."""
    group = parser.getgroup("accredit", "Accredit conformance")
    group.addoption("--conformance-report", metavar="FILE", help="write the conformance report as JSON to FILE")
