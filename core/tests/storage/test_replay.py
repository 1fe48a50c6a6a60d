"""What may be used once, in every storage."""

import asyncio

import pytest
from core.tests.support import Clock, login

from accredit.storage import Storage


async def test_an_identifier_is_new_once(storage: Storage) -> None:
    assert await storage.first_use("a", 2_000) is True
    assert await storage.first_use("a", 2_000) is False
    assert await storage.first_use("A", 2_000) is True


async def test_of_many_at_once_one_is_first(storage: Storage) -> None:
    first = await asyncio.gather(*(storage.first_use("a", 2_000) for _ in range(50)))

    assert first.count(True) == 1


async def test_an_identifier_is_remembered_until_it_has_expired(storage: Storage, clock: Clock) -> None:
    await storage.first_use("a", 2_000)
    clock.now = 1_999
    assert await storage.first_use("a", 3_000) is False
    clock.now = 2_000
    assert await storage.first_use("a", 3_000) is True
    assert await storage.first_use("a", 3_000) is False


async def test_it_is_remembered_while_others_are_forgotten(storage: Storage, clock: Clock) -> None:
    await storage.first_use("long", 9_000)
    for number in range(50):
        await storage.first_use(f"{number}", 2_000)
    clock.now = 2_000
    for number in range(250):
        await storage.start(*login(f"{number}", subject=f"acme|{number}"))

    assert await storage.first_use("long", 9_000) is False


async def _work(storage: Storage, name: str = "") -> None:
    """Do so much that whatever may be forgotten is."""
    for number in range(250):
        await storage.start(*login(f"{name}{number}", subject=f"acme|{number}"))


@pytest.mark.threat(56)
@pytest.mark.parametrize("step_s", [3_600, 86_400, 10 * 86_400, 1_000 * 86_400])
async def test_a_clock_that_was_ahead_makes_nothing_new(storage: Storage, clock: Clock, step_s: int) -> None:
    clock.now = 1_000_000
    assert await storage.first_use("a", 1_000_060) is True
    clock.now += step_s
    await _work(storage)
    clock.now -= step_s
    assert await storage.first_use("a", 1_000_060) is False
    assert await storage.first_use("new", 1_000_061) is True


@pytest.mark.threat(56)
async def test_a_clock_that_was_a_day_ahead_keeps_nothing_out(storage: Storage, clock: Clock) -> None:
    clock.now = 1_000_000
    assert await storage.first_use("a", 1_003_600) is True
    clock.now += 86_400
    await _work(storage)
    clock.now -= 86_400
    assert await storage.first_use("new", 1_000_010) is True


@pytest.mark.threat(56)
async def test_a_clock_that_goes_back_makes_nothing_new(storage: Storage, clock: Clock) -> None:
    clock.now = 1_000_000
    assert await storage.first_use("a", 1_000_060) is True
    clock.now += 200_000
    await _work(storage)
    clock.now = 1_000_000
    for _ in range(2):
        assert await storage.first_use("a", 1_000_060) is False
    await _work(storage, "again")
    assert await storage.first_use("a", 1_000_060) is False
