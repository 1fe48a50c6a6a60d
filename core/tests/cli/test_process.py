"""What commands that serve do with their process, as far as no process of its own is needed to see it."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator

import pytest

from accredit.cli.tools.process import is_in_terminal, outlive_hang_ups


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def hang_up() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


def test_a_terminal_is_known_and_what_is_closed_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for stdin in (Terminal(), io.StringIO(), closed(), None):
        monkeypatch.setattr(sys, "stdin", stdin)
        found.append(is_in_terminal())
    assert found == [True, False, False, False]


def test_a_hang_up_ends_what_runs_in_a_terminal_and_is_explained_elsewhere(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    outlive_hang_ups()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL

    monkeypatch.setattr(sys, "stdin", io.StringIO())
    outlive_hang_ups()
    os.kill(os.getpid(), signal.SIGHUP)
    assert capfd.readouterr().err == (
        "accredit: not reloaded: a single process is restarted; with --workers 2 it can be reloaded\n"
    )


def test_who_was_told_to_outlive_hang_ups_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    outlive_hang_ups()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
