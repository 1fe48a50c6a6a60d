"""What is over leaves by itself, in small steps; and what nobody should read is not shown."""

import asyncio

from core.tests.clock import Clock
from core.tests.storage.sessions import login, session

from accredit.storage import Storage


async def test_what_has_expired_is_deleted_in_passing(storage: Storage, clock: Clock) -> None:
    for number in range(60):
        await storage.start(*login(f"short {number}", subject=f"acme|{number}", kept_until=2_000))
    clock.now = 2_000
    for number in range(300):
        await storage.start(*login(f"{number}", subject=f"acme|{number}", kept_until=2_001))

    async with asyncio.timeout(60):
        while await storage.find("short 0") is not None:  # noqa: ASYNC110 - SQLite does it when nobody waits
            await asyncio.sleep(0.005)
    assert [await storage.find(f"short {number}") for number in range(60)] == [None] * 60
    assert [await storage.session(f"short {number}") for number in range(60)] == [None] * 60
    assert None not in [await storage.find(f"{number}") for number in range(300)]


def test_the_claims_of_a_person_are_not_in_the_repr_of_a_session() -> None:
    assert "Ada" not in repr(session(claims='{"name": "Ada"}'))
