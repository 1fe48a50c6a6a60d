"""Several processes on one database: what may happen once happens once, and what was acknowledged is there."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from core.tests.support import login, token

from accredit.storage import Rotation, SqliteStorage, StoredSubject
from accredit.storage.migrate import migrate

RunTogether = Callable[..., list[str]]

_LOGIN = """
def login(token_hash, **changes):
    values = dict(id=token_hash, client_id="app", subject="acme|1", connection="acme", strategy="acme",
                  namespace="acme", user_id="1", scope="", audience="", device=None, claims="{}", auth_time=1,
                  expires_at=9000, kept_until=9000, renewable=True)
    session = Session(**(values | changes))
    return session, RefreshToken(token_hash, session.id, 1000)
"""


async def opened(path: Path) -> SqliteStorage:
    storage = SqliteStorage(str(path), clock=lambda: 1_000)
    await storage.open()
    return storage


@pytest.mark.threat(30)
async def test_one_of_many_processes_rotates_and_reuse_revokes_for_all(path: Path, run_together: RunTogether) -> None:
    storage = await opened(path)
    for number in range(20):
        await storage.start(*login(f"{number}", expires_at=9_000))
    work = (
        _LOGIN
        + """
async def work(storage, process):
    async def rotate(number, attempt):
        successor = RefreshToken(f"{number}-{process}-{attempt}", f"{number}", 1000)
        return await storage.rotate(f"{number}", successor, now=1000, leeway_s=0)
    for number in range(20):
        outcomes = await asyncio.gather(*(rotate(number, attempt) for attempt in range(10)))
        print(*(outcome.name for outcome in outcomes))
"""
    )
    printed = await asyncio.to_thread(run_together, work)

    for outcomes in zip(*(out.splitlines() for out in printed), strict=True):
        assert Counter(" ".join(outcomes).split()) == {"ROTATED": 1, "REUSED": 1, "REFUSED": 28}
    for number in range(20):
        stored = await storage.find(f"{number}")
        assert stored is not None
        assert stored.session.ended
        assert await storage.rotate(f"{number}", token("late", f"{number}"), now=1_000, leeway_s=60) is Rotation.REFUSED
    await storage.close()


@pytest.mark.threat(28)
async def test_first_logins_in_many_processes_make_one_subject(path: Path, run_together: RunTogether) -> None:
    migrate(path)
    work = """
async def work(storage, process):
    for person in range(20):
        made = await asyncio.gather(
            *(storage.create("acme", f"{person}", f"{person}-{process}-{n}", now=1000) for n in range(5))
        )
        print(*{stored.id for stored in made})
"""
    printed = await asyncio.to_thread(run_together, work)

    storage = await opened(path)
    for person, made in enumerate(zip(*(out.splitlines() for out in printed), strict=True)):
        assert len(set(made)) == 1, made
        assert await storage.subject_of("acme", f"{person}") == StoredSubject(made[0])
        assert await storage.identities(made[0]) == (("acme", f"{person}"),)
    await storage.close()


async def test_an_identifier_is_new_in_one_of_many_processes(path: Path, run_together: RunTogether) -> None:
    migrate(path)
    work = """
async def work(storage, process):
    for jti in range(50):
        print(sum(await asyncio.gather(*(storage.first_use(f"{jti}", 2000) for _ in range(4)))))
"""
    printed = await asyncio.to_thread(run_together, work)

    for counts in zip(*(out.splitlines() for out in printed), strict=True):
        assert sum(map(int, counts)) == 1


async def test_the_limit_holds_over_many_processes(path: Path, run_together: RunTogether) -> None:
    work = (
        _LOGIN
        + """
async def work(storage, process):
    await asyncio.gather(*(storage.start(*login(f"{process}-{number}")) for number in range(100)))
"""
    )
    migrate(path)
    await asyncio.to_thread(run_together, work)

    storage = await opened(path)
    found = [await storage.find(f"{process}-{number}") for process in range(3) for number in range(100)]
    assert sum(one is not None for one in found) == 200
    await storage.close()


async def test_what_another_process_blocks_is_blocked_here_at_once(path: Path, run_together: RunTogether) -> None:
    storage = await opened(path)
    assert await storage.get("ada") is None
    work = """
async def work(storage, process):
    await storage.set_blocked("ada", True)
"""
    await asyncio.to_thread(run_together, work, processes=1)

    assert await storage.get("ada") == StoredSubject("ada", blocked=True, version=1, outdated_at=1_000)
    await storage.close()


@pytest.mark.threat(39)
async def test_of_logins_in_many_processes_none_survives_an_unlinking(path: Path, run_together: RunTogether) -> None:
    """The first process unlinks once the others have begun; whoever looks before it must not be stored after it."""
    migrate(path)
    work = (
        _LOGIN
        + """
from accredit.errors import NotLinked

async def work(storage, process):
    if process == 0:
        while not await storage.sessions("acme|1"):
            await asyncio.sleep(0)
        await storage.unlink("acme", "1")
        return
    async def log_in(number):
        found = await storage.subject_of("acme", "1")
        await asyncio.sleep(0.001 * (number % 7))  # a hook that takes its time
        if found is None:
            await storage.start(*login(f"{process}-{number}"))
    outcomes = await asyncio.gather(*(log_in(number) for number in range(100)), return_exceptions=True)
    assert {type(one) for one in outcomes} <= {type(None), NotLinked}, outcomes
"""
    )
    await asyncio.to_thread(run_together, work)

    storage = await opened(path)
    assert await storage.sessions("acme|1") == ()
    for process in (1, 2):
        for number in range(100):
            name = f"{process}-{number}"
            outcome = await storage.rotate(name, token(f"{name}+", name), now=1_000, leeway_s=30)
            assert outcome is Rotation.REFUSED
    await storage.close()


async def test_what_was_acknowledged_survives_a_process_that_is_killed(path: Path) -> None:
    migrate(path)
    code = (
        """
import asyncio, json, sys
from accredit.storage import RefreshToken, Session, SqliteStorage
"""
        + _LOGIN
        + """
async def main():
    storage = SqliteStorage(sys.argv[1], clock=lambda: 1000)
    await storage.open()
    async def person(number):
        turn = 0
        while True:
            old = f"{number}.{turn}"
            await storage.start(*login(old, subject=f"acme|{number}.{turn}"))
            sys.stdout.write(json.dumps(["added", old]) + "\\n")
            await storage.rotate(old, RefreshToken(old + "+", old, 1000), now=1000, leeway_s=0)
            sys.stdout.write(json.dumps(["rotated", old]) + "\\n")
            sys.stdout.flush()
            turn += 1
    await asyncio.gather(*map(person, range(16)))
asyncio.run(main())
"""
    )
    process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own interpreter, and nothing else to do meanwhile
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(200)]
    process.kill()
    lines += process.stdout.read().splitlines()
    process.stdout.close()
    process.wait()
    told = [json.loads(line) for line in lines if line.rstrip().endswith("]")]
    assert len(told) >= 200

    storage = await opened(path)
    for what, token_hash in told:
        old = await storage.find(token_hash)
        new = await storage.find(f"{token_hash}+")
        assert old is not None
        if what == "rotated":
            assert new is not None
        assert (old.replaced_at is None) is (new is None)  # all or nothing
    await storage.close()
