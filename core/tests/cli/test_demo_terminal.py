"""`accredit demo` on a terminal, and where one is only claimed."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.tests.cli.conftest import OnTerminal, Start

ERASE = "\x1b[2K"
COLOUR = re.compile(r"\x1b\[(?:\d+;)*3\dm")
SEQUENCE = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")


@pytest.fixture(autouse=True)
def _no_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def read(text: str) -> list[str]:
    """Return the lines that a person reads, without what the tests' own interpreter says."""
    return [line for line in SEQUENCE.sub("", text).split("\n") if not line.startswith("loaded: ")]


def test_a_line_is_renewed_while_it_works_and_then_gone(on_terminal: OnTerminal, start: Start) -> None:
    code, written = on_terminal("demo")
    with start("demo") as process:
        _, piped, _ = process.end()

    working, _, rest = written.rpartition(ERASE)
    assert code == 0
    assert "starting simulators" in working
    assert "Each connection" not in working
    assert read(rest)[:-1] == read(piped)[:-1]
    assert max(map(len, read(rest))) <= 80
    assert COLOUR.search(rest)


@pytest.mark.parametrize(("interrupt", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whoever_ends_it_is_not_told_that_all_is_well(
    on_terminal: OnTerminal, interrupt: signal.Signals, expected: int
) -> None:
    code, written = on_terminal("demo", interrupt=interrupt)

    assert code == expected
    assert "Each connection" not in written
    assert "Traceback" not in written
    assert read(written.rpartition(ERASE)[2])[0].strip() == "", "the line that is renewed is gone"


def test_in_full_words_stay_whole_in_80_columns(on_terminal: OnTerminal) -> None:
    _, written = on_terminal("demo", "--full")

    lines = read(written.rpartition(ERASE)[2])
    refusals = lines[lines.index("Any connection: refused before a provider is asked") :]
    assert max(map(len, refusals)) <= 80
    words = " ".join(refusals).split()
    assert {"bearer_required:", "invalid_bearer", "method_not_allowed:", "unauthorized_client:"} <= set(words)
    assert " ".join(words).count("this client must send an access token of ours as well") == 1


def test_a_narrow_terminal_loses_no_column(on_terminal: OnTerminal) -> None:
    _, written = on_terminal("demo", columns=40)

    lines = [" ".join(line.split()) for line in read(written.rpartition(ERASE)[2])]
    assert "connection accepted other app token user request outage ours wrong" in lines
    assert "fake 1 1 1 - - - - -" in lines


def test_without_colours_the_line_is_renewed_all_the_same(on_terminal: OnTerminal) -> None:
    _, written = on_terminal("demo", env={"NO_COLOR": "1"})

    assert not COLOUR.search(written)
    assert ERASE in written


def test_a_terminal_that_cannot_go_back_gets_plain_text(on_terminal: OnTerminal) -> None:
    _, written = on_terminal("demo", env={"TERM": "dumb"})

    assert "\x1b" not in written
    assert written.startswith("Each connection was sent")


def test_a_pipe_gets_neither_colours_nor_progress(start: Start) -> None:
    with start("demo") as process:
        _, out, err = process.end()

    assert "\x1b" not in out + err
    assert err.startswith("loaded: ")


def test_colours_may_be_forced_for_a_log_and_progress_may_not(start: Start) -> None:
    with start("demo", env={"FORCE_COLOR": "1"}) as process:
        _, out, err = process.end()

    assert COLOUR.search(out)
    assert {sequence[-1] for sequence in SEQUENCE.findall(out)} == {"m"}
    assert err.startswith("loaded: ")
