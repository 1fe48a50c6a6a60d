"""Shared by the tests of all distributions."""

import functools
import importlib.metadata
import os
import sys
from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from typer.main import get_command

_OUTDATED = pytest.StashKey[list[str]]()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of the conformance kit that finds something else than what `docs/providers/reports` holds.

    Not a run that writes a report: that is how those are made anew.
    """
    config = session.config
    if hasattr(config, "workerinput") or config.getoption("--conformance-report"):
        return
    run: Any = config.pluginmanager.get_plugin("accredit-conformance-report")
    if (document := run.document()) is not None:
        from docs.gallery import outdated

        config.stash[_OUTDATED] = outdated(document)
        if config.stash[_OUTDATED] and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what such a run has failed for."""
    for name in terminalreporter.config.stash.get(_OUTDATED, []):
        terminalreporter.line(f"docs/providers/reports/{name}.json is not what was found; run: nox -s conformance")


@pytest.fixture(scope="session", autouse=True)
def _installed() -> Iterator[None]:
    """Read what is installed anew only where a folder of `sys.path` is another one, or has changed.

    Thousands of tests make an exchange, which asks once; to read the files of all distributions is half of making it.
    """
    read = importlib.metadata.entry_points
    found: dict[Hashable, Any] = {}

    def entry_points(**given: Any) -> Any:
        folders = [(path, os.stat(path).st_mtime_ns) for path in sys.path if os.path.isdir(path)]
        asked = (*folders, *sorted(given.items()))
        if asked not in found:
            found[asked] = read(**given)
        return found[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "entry_points", entry_points)
        yield


@pytest.fixture(scope="session", autouse=True)
def _command_line() -> Iterator[None]:
    """Build the tree of our commands once: Typer would do it for each command that a test runs, 20 ms of CPU."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", functools.cache(get_command))
        yield
