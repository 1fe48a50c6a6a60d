"""Shared by the tests of all distributions."""

import functools
import importlib.metadata
import os
import sys
from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from typer.main import get_command


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
