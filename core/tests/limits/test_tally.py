"""Counters that the workers of one machine share: they hold for all together, and nobody is kept waiting for long."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from accredit.errors import TooManyAttempts, TooManyRequests
from accredit.limits import tally as tallies
from accredit.limits.limit import Limit
from accredit.limits.local import LocalCounters
from accredit.limits.tally import RATES, Tally
from accredit.limits.together import TalliedMemory
from accredit.settings.rates import RateSettings

WAYS = 20


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tally() -> Iterator[Tally]:
    made = Tally()
    yield made
    made.close()


def counters(tally: Tally, clock: Clock, heard: list[object] | None = None) -> LocalCounters:
    memory = TalliedMemory(tally, clock=clock, monotonic=clock)
    return LocalCounters(memory, emit=(heard if heard is not None else []).append, clock=clock, monotonic=clock)


def test_every_limit_that_can_be_set_has_a_table() -> None:
    assert set(RATES) == set(RateSettings.model_fields) - {"enabled", "ipv6_prefix", "trusted_proxies"}


def test_what_one_process_counts_all_others_see(tally: Tally) -> None:
    for _ in range(WAYS):
        if os.fork() == 0:
            for _ in range(50):
                with tally.turn():
                    tally.count("client", "app", 3600, now=1.0)
            os._exit(0)
    for _ in range(WAYS):
        os.wait()
    assert tally.get("client", "app") == (WAYS * 50, 3601.0)


def test_a_window_begins_with_the_first_and_ends(tally: Tally) -> None:
    assert tally.get("client", "app") is None
    assert tally.count("client", "app", 10, now=1.0) == 1
    assert tally.count("client", "app", 10, now=10.9) == 2
    assert tally.get("client", "app") == (2, 11.0)
    assert tally.count("client", "app", 10, now=11.0) == 1
    assert tally.count("subject", "app", 10, now=11.0) == 1
    tally.forget("client", "app")
    tally.forget("client", "nobody")
    assert tally.get("client", "app") is None
    assert tally.get("subject", "app") == (1, 21.0)


def test_where_there_is_no_room_whose_window_ends_first_goes(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "_BUCKETS", 1)
    for number in range(32):
        tally.count("client", f"app-{number}", 10 + number, now=0.0)
    tally.count("client", "another", 100, now=0.0)
    assert tally.get("client", "app-0") is None
    assert all(tally.get("client", f"app-{number}") for number in range(1, 32))
    assert tally.get("client", "another") == (1, 100.0)


async def test_they_refuse_as_the_counters_of_one_process_do(tally: Tally) -> None:
    clock, limit = Clock(), Limit("client", 2, 60)
    one, other = counters(tally, clock), counters(tally, clock)
    await one.check((), [(limit, "app"), (None, "app"), (limit, "")])
    await other.check((), [(limit, "app")])
    with pytest.raises(TooManyRequests) as refused:
        await one.check((), [(limit, "app")])
    assert (refused.value.retry_after_s, refused.value.is_repeated) == (60, False)
    with pytest.raises(TooManyRequests) as refused:
        await other.check((), [(limit, "app")])
    assert refused.value.is_repeated
    clock.now += 60
    await one.check((), [(limit, "app")])


async def test_failed_attempts_are_seen_by_all(tally: Tally) -> None:
    clock, limit = Clock(), Limit("failed_attempts", 1, 60)
    one, other = counters(tally, clock), counters(tally, clock)
    await other.check([(limit, "a"), (None, "a")], ())
    await one.add([(limit, "a")])
    with pytest.raises(TooManyAttempts):
        await other.check([(limit, "a")], ())
    await other.check([(limit, "b")], ())


async def test_it_is_a_storage_of_the_library(tally: Tally) -> None:
    clock = Clock()
    memory = TalliedMemory(tally, clock=clock, monotonic=clock)
    assert await memory.incr("client/app", 60) == 1
    assert (await memory.get("client/app"), await memory.get("client/nobody")) == (1, 0)
    assert await memory.get_expiry("client/app") == 1060
    assert await memory.get_expiry("client/nobody") == 1000
    await memory.clear("client/app")
    assert await memory.get("client/app") == 0
    assert await memory.check()
    assert await memory.reset() is None
    assert memory.base_exceptions == (TimeoutError,)


@pytest.fixture
def stopped(tally: Tally) -> Iterator[Callable[[], None]]:
    """A worker that was stopped in the middle of a count; what is returned ends it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        with tally.turn():
            os.write(writer, b"1")
            time.sleep(60)
        os._exit(0)
    os.read(reader, 1)

    def end() -> None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    yield end
    for descriptor in (reader, writer):
        os.close(descriptor)


async def test_a_worker_that_is_stopped_in_the_middle_keeps_nobody_from_logging_in(
    tally: Tally, stopped: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallies, "_PATIENCE_S", 0.01)
    clock, limit = Clock(), Limit("client", 1, 60)
    heard: list[object] = []
    one = counters(tally, clock, heard)
    for _ in range(3):
        await one.check((), [(limit, "app")])
    assert len(heard) == 1
    stopped()
    await one.check((), [(limit, "app")])
    with pytest.raises(TooManyRequests):
        await one.check((), [(limit, "app")])
