"""Who begins together with others pushes out whom one after the other would have."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from accredit.storage import RefreshToken, Rotation, Session, SqliteStorage, Storage
from accredit.storage.ports.sessions import MOST_SESSIONS, MOST_SUCCESSORS
from accredit.testing.storage_conformance.samples import NOW, alive, login, rotate

Start = tuple[Session, RefreshToken]

THERE = [login(f"there-{number:03}", issued_at=10, auth_time=10) for number in range(MOST_SESSIONS - 2)]


async def fill(storage: Storage) -> None:
    """Store as many as there may be: one of them ended, and one with three refresh tokens that live."""
    await asyncio.gather(*(storage.start(*one) for one in THERE))
    await storage.end("there-100")
    for successor in ("twin-1", "twin-2", "twin-3"):
        assert await rotate(storage, "there-001", successor, now=NOW, leeway_s=60) is Rotation.ROTATED


async def left(newcomers: Sequence[Start], *, together: bool) -> list[str]:
    with TemporaryDirectory() as folder:
        storage = SqliteStorage(str(Path(folder) / "accredit.db"))
        await storage.open()
        try:
            await fill(storage)
            if together:
                await asyncio.gather(*(storage.start(*one) for one in newcomers))
            else:
                for one in newcomers:
                    await storage.start(*one)
            sessions = [begun.id for begun, _ in [*THERE, *newcomers] if await storage.session(begun.id)]
            return sessions + await alive(storage, [*THERE, *newcomers])
        finally:
            await storage.close()


@pytest.mark.parametrize(
    "times",
    [[20] * 1, [20] * 2, [20] * 12, [20] * (MOST_SESSIONS + 9), [5] * 12, [20, 5, 20, 5, 5, 20], [10, 9, 8, 7, 6]],
    ids=[
        "one",
        "two",
        "many",
        "more than there may be",
        "a clock set back",
        "a clock set back and forth",
        "ever earlier",
    ],
)
async def test_who_begins_together_pushes_out_the_same_as_one_after_the_other(times: list[int]) -> None:
    newcomers = [login(f"new-{number:03}", issued_at=time, auth_time=time) for number, time in enumerate(times)]
    assert await left(newcomers, together=True) == await left(newcomers, together=False)


async def test_who_begins_together_at_other_clients_pushes_nobody_out() -> None:
    newcomers = [login(f"new-{number:03}", issued_at=20, client_id=f"client-{number}") for number in range(40)]
    stay = await left(newcomers, together=True)
    assert all(stay.count(begun.id) == 2 for begun, _ in newcomers)


async def test_of_few_sessions_with_as_many_refresh_tokens_as_there_may_be_one_goes(tmp_path: Path) -> None:
    storage = SqliteStorage(str(tmp_path / "accredit.db"))
    await storage.open()
    try:
        few = [login(f"few-{number}", issued_at=number) for number in range(MOST_SESSIONS // MOST_SUCCESSORS)]
        for one in few:
            await storage.start(*one)
            for fork in range(MOST_SUCCESSORS):
                assert await rotate(storage, one[0].id, f"{one[0].id} {fork}", leeway_s=60) is Rotation.ROTATED
        await storage.start(*login("new", issued_at=NOW))

        assert len([one for one, _ in few if await storage.session(one.id)]) == len(few) - 1
    finally:
        await storage.close()
