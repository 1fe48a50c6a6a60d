"""A server that answers, but too late for a login, is gone: nobody waits for it again and again."""

import asyncio
import contextlib
from typing import Any

import pytest

from accredit.cache.redis import line
from accredit.cache.redis.line import Away, Line


class Slow:
    """A client of a server that takes its time, and of which nobody knows how much."""

    def __init__(self) -> None:
        self.takes_s = 0.0
        self.asked = 0

    def pipeline(self, *, transaction: bool) -> "Slow":
        assert not transaction
        return self

    def execute_command(self, *command: Any) -> None:
        self.asked += 1

    async def execute(self, *, raise_on_error: bool) -> list[Any]:
        assert not raise_on_error
        asked, self.asked = self.asked, 0
        await asyncio.sleep(self.takes_s)
        return [1] * asked

    async def aclose(self) -> None:
        """Hold nothing."""


async def test_one_that_is_always_late_costs_one_wait_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "FIRST_REST_S", 0.01)
    monkeypatch.setattr(line, "LONGEST_REST_S", 0.02)
    slow, told, later = Slow(), list[str](), asyncio.Event()

    def report(name: str, _: str) -> None:
        told.append(name)
        later.set()

    one = Line(lambda: slow, timeout_s=0.1, report=report)
    await one.open()
    slow.takes_s = 0.4
    with contextlib.suppress(Away):
        await one.ask("GET", "a")
    for _ in range(300):
        with contextlib.suppress(Away):
            await one.ask("GET", "a")
        await asyncio.sleep(0.005)
    assert (told, one.failures, one.is_away) == (["cache.away"], 1, True)
    later.clear()
    slow.takes_s = 0.0
    async with asyncio.timeout(60):
        await later.wait()
    assert (told, one.is_away) == (["cache.away", "cache.back"], False)
    assert await one.ask("GET", "a") == 1
    await one.close()
