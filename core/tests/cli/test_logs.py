import io
import json
import logging
import sys
import threading

import pytest
from core.tests.threads import new_threads

from accredit.audit.logs import event_logger
from accredit.cli.tools import logs
from accredit.cli.tools.logs import process_logs


class Full(io.StringIO):
    tries = 0

    def write(self, _: str) -> int:
        self.tries += 1
        raise OSError(28, "No space left on device")


class Stalled(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def write(self, text: str) -> int:
        self.let_go.wait()
        return super().write(text)


def test_an_event_is_one_line_of_utf8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))

    with process_logs() as events:
        event_logger(events).info("exchange.accepted", subject="雪\n\ud800")

    line = written.getvalue()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert "雪".encode() in line


@pytest.mark.parametrize("level", ["info", "warning", "error", "critical"])
def test_an_event_that_cannot_be_written_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str
) -> None:
    monkeypatch.setattr(sys, "stdout", Full())

    with process_logs() as events:
        getattr(event_logger(events), level)("exchange.accepted")

    assert capsys.readouterr().err == "accredit: cannot write the audit event: OSError\n"


def test_a_message_that_cannot_be_written_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Full()
    monkeypatch.setattr(sys, "stderr", full)

    with process_logs():
        logging.getLogger("some.library").warning("trouble")

    assert full.tries > 0


@pytest.mark.threat(54)
def test_events_that_nobody_reads_are_counted_and_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdout = Stalled()
    monkeypatch.setattr(sys, "stdout", stdout)
    monkeypatch.setattr(logs, "EVENTS_BYTES", 10_000)

    with process_logs() as events:
        for number in range(1000):
            event_logger(events).info("exchange.accepted", number=number)
        stdout.let_go.set()

    written = [json.loads(line) for line in stdout.getvalue().splitlines()]
    assert [event["number"] for event in written[:-1]] == list(range(len(written) - 1))
    assert (written[-1]["event"], written[-1]["level"]) == ("events.dropped", "error")
    assert written[-1]["count"] == 1000 - (len(written) - 1)
    assert capsys.readouterr().err.splitlines() == [
        "accredit: standard output is not read: audit events are dropped",
        f"accredit: {written[-1]['count']} audit events are lost: nobody read standard output",
    ]


@pytest.mark.threat(54)
def test_messages_that_nobody_reads_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Stalled()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(logs, "MESSAGES_BYTES", 1000)

    with process_logs():
        for _ in range(100):
            logging.getLogger("some.library").warning("a message of thirty characters")
        stderr.let_go.set()

    *messages, told = stderr.getvalue().splitlines()
    assert set(messages) == {"WARNING: a message of thirty characters"}
    assert told == f"accredit: {100 - len(messages)} messages were dropped: nobody read standard error"


def test_nothing_is_left_behind(capsys: pytest.CaptureFixture[str]) -> None:
    before, threads = list(logging.getLogger().handlers), threading.enumerate()
    with process_logs():
        pass

    assert logging.getLogger().handlers == before
    assert new_threads(threads) == []
    assert capsys.readouterr() == ("", "")
