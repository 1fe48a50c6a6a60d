"""A server that answers too late for a login is gone; one that answers anything at all ends no login."""

import asyncio
import contextlib
import itertools
from typing import Any

import pytest

from accredit import AppBound, Verification
from accredit.cache.redis import line
from accredit.cache.redis.hints import Hints
from accredit.cache.redis.line import Away, Line
from accredit.cache.redis.seals import Seals
from accredit.cache.redis.verifications import RedisCache
from accredit.cache.redis.windows import RedisWindows


class Slow:
    """A client of a server that takes its time, and of which nobody knows how much."""

    def __init__(self) -> None:
        self.takes_s = 0.0
        self.answer: Any = 1
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
        return [self.answer] * asked

    async def aclose(self) -> None:
        """Hold nothing."""


async def test_one_that_is_always_late_costs_one_wait_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "FIRST_REST_S", 0.01)
    monkeypatch.setattr(line, "LONGEST_REST_S", 0.02)
    slow, told, later = Slow(), list[str](), asyncio.Event()

    def report(name: str, _: str) -> None:
        told.append(name)
        later.set()

    one = Line(lambda: slow, place="shared:6379", timeout_s=0.1, report=report)
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


def test_processes_that_have_lost_it_together_do_not_come_back_together() -> None:
    longest = [min(line.FIRST_REST_S * 2**number, line.LONGEST_REST_S) for number in range(12)]
    one, other = (list(itertools.islice(line.rests_s(), len(longest))) for _ in range(2))
    for rests_s in (one, other):
        assert all(end / 2 <= rest_s <= end for rest_s, end in zip(rests_s, longest, strict=True))
    assert one != other


ANSWERS: list[Any] = [None, b"", b"OK", "OK", -1, 7, 2**63, 1.5, [], [b"OK"], [1, [None]], {b"a": 1}]


@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
async def test_whatever_is_answered_in_its_place_logs_nobody_in_and_ends_no_login(answer: Any) -> None:
    server, rejected, warned = Slow(), list[int](), list[float]()

    class Listening:
        is_open = True

        def warn(self, for_s: float) -> None:
            warned.append(for_s)

    def reject() -> None:
        rejected.append(1)

    seals = Seals([b"k" * 32])
    one = Line(lambda: server, place="shared:6379", timeout_s=60, report=lambda *_: None)
    await one.open()
    server.answer = answer
    cache = RedisCache(one, seals, max_bytes=10_000, clock=lambda: 0, monotonic=lambda: 0, rejected=reject)
    windows = RedisWindows(one, seals)
    assert await cache.find(b"a", wait_s=0.1) is None
    assert await cache.get(b"a") is None
    said = Verification(user_id="1000", audience=AppBound("an-app"), claims={})
    await cache.put(b"a", said, ttl_s=10, size_bytes=10)
    cache.release(b"a")
    await cache.close()
    for asking in (windows.reached([("a", 1, 60)], [("b", 1, 60)]), windows.add([("a", 60)]), windows.left_s("a")):
        with contextlib.suppress(Away):
            assert isinstance(await asking or 0, int | float)
    await Hints(one, seals, {"a": Listening()}, clock=lambda: 0, rejected=reject).exchange()
    assert warned == []
    await one.close()


class Failing(Slow):
    """A client whose server cannot be asked."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def execute(self, *, raise_on_error: bool) -> list[Any]:
        raise self.error


class NotForeseen(Exception):
    """What nobody has a word for."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(TimeoutError(), "the server does not answer in time", id="late"),
        pytest.param(OSError(113, "x"), "OSError in Failing.execute (test_line.py:", id="a way that breaks"),
        pytest.param(NotForeseen("CLUSTERDOWN hunter2"), "NotForeseen in Failing.execute (test_line.py:", id="another"),
    ],
)
async def test_what_is_wrong_is_told_with_the_place_and_without_what_an_error_says(error: Exception, told: str) -> None:
    heard = list[str]()
    one = Line(lambda: Failing(error), place="shared:6379", timeout_s=60, report=lambda _, detail: heard.append(detail))
    await one.open()
    await one.close()
    [detail] = heard
    assert detail.startswith(f"shared:6379: {told}")
    assert "hunter2" not in detail
    assert detail.endswith(": CLUSTERDOWN") == isinstance(error, NotForeseen)
    assert detail.endswith(": No route to host") == (type(error) is OSError)
