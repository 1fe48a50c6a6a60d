"""Events that nobody would hear: opening says so once, and how to hear them."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from core.tests.bench import signing_key

from accredit import Exchange, Settings
from accredit.audit.logs import LOGGER, vanishes
from accredit.keys import SigningKeys

pytestmark = pytest.mark.slow

SETTINGS = Settings.model_validate({"issuer": "https://login.example.com/", "storage": {"url": "memory://"}})


def exchange(**given: Any) -> Exchange:
    """Return an exchange with nothing on disk."""
    return Exchange(SETTINGS, keys=SigningKeys([signing_key()]), **given)


class Lines(logging.Handler):
    """Keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.events.append({"name": record.name, "levelname": record.levelname, **json.loads(record.getMessage())})


@pytest.fixture
def host() -> Iterator[logging.Logger]:
    """A logger in the root's place, as a fresh process has it: level WARNING, and no handler."""
    ours, root = logging.getLogger(LOGGER), logging.Logger("root", logging.WARNING)
    before = ours.parent, ours.level, ours.disabled, ours.propagate, list(ours.handlers)
    ours.parent = root
    yield root
    ours.parent, ours.level, ours.disabled, ours.propagate, ours.handlers = before
    _forget()


def _forget() -> None:
    """Drop what loggers remember of which levels are on; `setLevel` is how the standard library does that."""
    logging.getLogger(LOGGER).setLevel(logging.getLogger(LOGGER).level)


def hear(host: logging.Logger, level: int) -> Lines:
    """Do what `logging.basicConfig(level=…)` does."""
    lines = Lines()
    host.addHandler(lines)
    host.level = level
    _forget()
    return lines


def test_without_any_handler_events_vanish(host: logging.Logger) -> None:
    _forget()
    assert vanishes()


@pytest.mark.parametrize(
    ("level", "lost"), [(logging.DEBUG, False), (logging.INFO, False), (logging.WARNING, True), (logging.ERROR, True)]
)
def test_the_level_of_the_root_decides_where_nobody_else_has(host: logging.Logger, level: int, lost: bool) -> None:
    hear(host, level)
    assert vanishes() is lost


@pytest.mark.parametrize(("level", "lost"), [(logging.DEBUG, False), (logging.INFO, False), (logging.WARNING, False)])
def test_a_level_of_the_logger_itself_is_a_decision(host: logging.Logger, level: int, lost: bool) -> None:
    hear(host, logging.WARNING)
    logging.getLogger(LOGGER).setLevel(level)
    assert vanishes() is lost


def test_a_level_without_a_handler_is_not_enough(host: logging.Logger) -> None:
    logging.getLogger(LOGGER).setLevel(logging.INFO)
    assert vanishes()


def test_a_handler_that_does_nothing_is_a_decision(host: logging.Logger) -> None:
    logging.getLogger(LOGGER).setLevel(logging.INFO)
    logging.getLogger(LOGGER).addHandler(logging.NullHandler())
    assert not vanishes()


async def test_opening_says_once_that_nobody_listens_and_what_to_do(host: logging.Logger) -> None:
    lines = hear(host, logging.WARNING)
    async with exchange() as opened:
        await opened.subjects.block("ada")
    [event] = lines.events
    assert (event["event"], event["levelname"], event["level"]) == ("host.log_unheard", "WARNING", "warning")
    assert "logging.basicConfig(level=logging.INFO)" in event["detail"]
    assert f'"{LOGGER}"' in event["detail"]


async def test_a_logger_that_was_disabled_does_not_keep_it_from_being_said(host: logging.Logger) -> None:
    lines = hear(host, logging.INFO)
    logging.getLogger(LOGGER).disabled = True
    _forget()
    async with exchange():
        pass
    assert [event["event"] for event in lines.events] == ["host.log_unheard"]


async def test_nothing_is_said_where_somebody_listens(host: logging.Logger) -> None:
    lines = hear(host, logging.INFO)
    async with exchange() as opened:
        await opened.subjects.block("ada")
    assert [event["event"] for event in lines.events] == ["subject.blocked"]


async def test_nothing_is_said_where_the_host_gives_a_logger(host: logging.Logger) -> None:
    lines, own = hear(host, logging.WARNING), logging.Logger("own", logging.WARNING)
    async with exchange(logger=own):
        pass
    assert lines.events == []


PROGRAM = """
import asyncio
from accredit import Exchange, Settings

async def main():
    async with Exchange(Settings(issuer="https://login.example.com/", storage={"url": "memory://"})) as exchange:
        await exchange.subjects.block("ada")

asyncio.run(main())
"""


def test_a_program_that_configures_nothing_reads_one_line(tmp_path: Any) -> None:
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    [line] = done.stderr.splitlines()
    assert json.loads(line)["event"] == "host.log_unheard"
