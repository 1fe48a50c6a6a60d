"""Counters in memory: exact, bounded whoever calls, and by a clock that nobody can set."""

import pytest
from core.tests.bench import NOW, Clock
from limits import parse
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter

from accredit.limits.memory import MOST_OF_A_KIND, BoundedMemory


def memory(clock: Clock) -> BoundedMemory:
    return BoundedMemory(clock=clock, monotonic=clock.monotonic)


async def test_a_window_begins_with_the_first_and_ends_for_all() -> None:
    clock = Clock()
    one = memory(clock)
    assert [await one.incr("kind/a", 60) for _ in range(3)] == [1, 2, 3]
    clock.advance(59.9)
    assert await one.incr("kind/a", 60, 5) == 8
    assert await one.get("kind/a") == 8
    assert await one.get_expiry("kind/a") == pytest.approx(NOW + 60)
    clock.advance(0.1)
    assert await one.get("kind/a") == 0
    assert await one.get_expiry("kind/a") == pytest.approx(NOW + 60)
    assert await one.incr("kind/a", 60) == 1
    assert await one.get_expiry("kind/a") == pytest.approx(NOW + 120)


async def test_what_nobody_has_counted_is_nothing() -> None:
    one = memory(Clock())
    assert (await one.get("kind/a"), await one.get_expiry("kind/a")) == (0, NOW)


async def test_a_clock_that_is_set_moves_no_window() -> None:
    clock = Clock()
    one = memory(clock)
    await one.incr("kind/a", 60)
    clock.now += 86_400
    assert (await one.get("kind/a"), await one.get_expiry("kind/a")) == (1, NOW + 86_460)
    clock.now -= 2 * 86_400
    assert (await one.get("kind/a"), await one.get_expiry("kind/a")) == (1, NOW - 86_340)


@pytest.mark.threat(17)
async def test_a_hundred_thousand_callers_are_held_in_bounded_memory_and_the_newest_are_known() -> None:
    one = memory(Clock())
    for number in range(100_000):
        await one.incr(f"kind/{number}", 60)

    assert await one.get("kind/99999") == await one.get(f"kind/{100_000 - MOST_OF_A_KIND}") == 1
    assert await one.get(f"kind/{99_999 - MOST_OF_A_KIND}") == 0
    assert await one.reset() == MOST_OF_A_KIND


@pytest.mark.threat(17)
async def test_a_flood_of_one_kind_pushes_out_nothing_of_another() -> None:
    one = memory(Clock())
    await one.incr("address/attacker", 60)
    for number in range(MOST_OF_A_KIND + 1):
        await one.incr(f"token/{number}", 60)

    assert await one.get("address/attacker") == 1


async def test_who_goes_on_calling_is_not_the_oldest() -> None:
    clock = Clock()
    one = memory(clock)
    await one.incr("kind/a", 60)
    clock.advance(61)
    for number in range(MOST_OF_A_KIND - 1):
        await one.incr(f"kind/{number}", 60)
    await one.incr("kind/a", 60)
    await one.incr("kind/one more", 60)

    assert await one.get("kind/a") == 1


async def test_what_has_ended_goes_as_new_ones_come() -> None:
    clock = Clock()
    one = memory(clock)
    for number in range(1000):
        await one.incr(f"kind/{number}", 60)
    clock.advance(61)
    for number in range(500):
        await one.incr(f"kind/new {number}", 60)

    assert await one.reset() == 500


async def test_it_is_a_storage_of_the_library_for_its_own_strategies() -> None:
    one: Storage = BoundedMemory()
    limiter = FixedWindowRateLimiter(one)
    rate = parse("2/minute")

    assert [await limiter.hit(rate, "a") for _ in range(3)] == [True, True, False]
    assert (await limiter.get_window_stats(rate, "a")).remaining == 0
    await one.clear(rate.key_for("a"))
    assert await limiter.test(rate, "a")
    assert await one.check()
    assert one.base_exceptions == ()
