"""One way in, many out: no sink can keep another one from hearing, or change what is told of."""

import asyncio
import json
import logging
from logging.handlers import BufferingHandler
from typing import Any

import pytest
from core.tests.bench import ListLogger, bench

from accredit import AnyEvent, BlockedEvent, OperationalEvent
from accredit.audit.reporter import Reporter
from accredit.audit.sinks import NamedSink


class Broken:
    """A logger of a host's that cannot write."""

    def info(self, _: str) -> None:
        raise BrokenPipeError("MARKED")

    error = critical = warning = info


def reporter(*sinks: Any, logger: object) -> Reporter:
    return Reporter(
        [NamedSink(f"sink {number}", sink) for number, sink in enumerate(sinks)], clock=lambda: 0.0, logger=logger
    )


def test_every_sink_is_handed_the_same_event_in_order_after_the_log() -> None:
    log, heard = ListLogger(), list[tuple[int, AnyEvent, int]]()
    one = reporter(
        lambda event: heard.append((0, event, len(log.lines))),
        lambda event: heard.append((1, event, len(log.lines))),
        logger=log,
    )
    event = BlockedEvent(subject="ada")
    one.emit(event)
    assert heard == [(0, event, 1), (1, event, 1)]


def test_a_sink_that_raises_does_not_hear_that_it_did() -> None:
    log, heard = ListLogger(), list[AnyEvent]()

    def fail(event: AnyEvent) -> None:
        heard.append(event)
        raise ValueError("MARKED")

    reporter(fail, fail, logger=log).emit(BlockedEvent(subject="ada"))
    assert len(heard) == 2
    assert [line["event"] for _, line in log.events()] == ["subject.blocked", "observer.failed", "observer.failed"]


def test_sinks_are_those_of_the_beginning() -> None:
    heard = list[AnyEvent]()
    sinks = [NamedSink("first", heard.append)]
    one = Reporter(sinks, clock=lambda: 0.0, logger=ListLogger())
    sinks.append(NamedSink("second", heard.append))
    one.emit(BlockedEvent(subject="ada"))
    assert len(heard) == 1


def test_a_log_that_cannot_be_written_is_told_elsewhere_and_keeps_nobody_from_hearing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard = list[AnyEvent]()
    reporter(heard.append, logger=Broken()).emit(BlockedEvent(subject="ada"))

    assert heard == [BlockedEvent(subject="ada")]
    [record] = caplog.records
    told = json.loads(record.message)
    assert (record.name, record.levelname, told["event"]) == ("accredit.host", "ERROR", "host.log_failed")
    assert told["place"].startswith("BrokenPipeError in Broken.info (test_reporter.py:")
    assert "MARKED" not in record.message


@pytest.mark.parametrize("error", [SystemExit(1), asyncio.CancelledError(), GeneratorExit(), RecursionError()])
def test_a_log_ends_neither_the_server_nor_a_request(
    error: BaseException, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    heard, broken = list[AnyEvent](), Broken()
    monkeypatch.setattr(broken, "info", fail)
    reporter(heard.append, logger=broken).emit(BlockedEvent(subject="ada"))
    assert heard == [BlockedEvent(subject="ada")]
    assert [json.loads(record.message)["event"] for record in caplog.records] == ["host.log_failed"]
    monkeypatch.setattr(logging.getLogger("accredit.host"), "error", fail)
    reporter(heard.append, logger=broken).emit(BlockedEvent(subject="ada"))
    assert len(heard) == 2


def test_a_log_that_cannot_be_written_anywhere_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    heard, tried = list[AnyEvent](), list[str]()

    def fail(line: str, *_: Any, **__: Any) -> None:
        tried.append(json.loads(line)["event"])
        raise OSError

    monkeypatch.setattr(logging.getLogger("accredit.host"), "error", fail)
    reporter(heard.append, logger=Broken()).emit(OperationalEvent(name="keys.changed"))
    assert tried == ["host.log_failed"]
    assert [event.name for event in heard] == ["keys.changed"]


@pytest.mark.parametrize(("level", "times"), [(logging.DEBUG, 1), (logging.INFO, 1), (logging.WARNING, 0)])
def test_what_a_logger_of_the_standard_library_drops_is_not_rendered(level: int, times: int) -> None:
    class Fact:
        rendered = 0

        def __str__(self) -> str:
            Fact.rendered += 1
            return "fact"

    facts: Any = {"fact": Fact()}
    heard = list[AnyEvent]()
    reporter(heard.append, logger=logging.Logger("host", level)).emit(
        OperationalEvent(name="keys.changed", facts=facts)
    )
    assert Fact.rendered == times
    assert len(heard) == 1


def test_an_alert_is_written_where_the_level_lets_only_errors_through() -> None:
    host, kept = logging.Logger("host", logging.ERROR), BufferingHandler(capacity=10)
    host.addHandler(kept)
    reporter(logger=host).emit(OperationalEvent(name="keys.unusable", level="critical", alert=True))
    assert [(record.levelname, json.loads(record.getMessage())["event"]) for record in kept.buffer] == [
        ("CRITICAL", "keys.unusable")
    ]


async def test_a_login_does_not_fail_because_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with bench(logger=Broken()) as wire:
        assert (await wire.post()).status_code == 200
        assert [event.outcome for event in wire.events] == ["accepted"]
    assert {record.name for record in caplog.records} == {"accredit.host"}
