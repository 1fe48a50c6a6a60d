import io
import sys

import pytest

from accredit.cli.logs import EventLines
from accredit.logs import event_logger


class Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError(28, "No space left on device")


def test_an_event_is_one_line_of_utf8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))

    event_logger(EventLines()).info("exchange.accepted", subject="雪\n\ud800")

    line = written.getvalue()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert "雪".encode() in line


@pytest.mark.parametrize("level", ["info", "warning", "error", "critical"])
def test_an_event_that_cannot_be_written_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str
) -> None:
    monkeypatch.setattr(sys, "stdout", Full())

    getattr(event_logger(EventLines()), level)("exchange.accepted")

    assert capsys.readouterr().err == "accredit: cannot write the audit event: OSError\n"
