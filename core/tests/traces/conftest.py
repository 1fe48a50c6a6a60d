"""Shared by all tests of traces."""

import pytest

from accredit.traces import parts


@pytest.fixture(autouse=True)
def every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show each step, however little time it takes: here all of them take next to none."""
    monkeypatch.setattr(parts, "LEAST_MS", 0.0)
