"""What may be used once, in every storage."""

import asyncio

from core.tests.parts.support import Clock, login

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
