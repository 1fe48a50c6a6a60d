"""What waits shares a transaction; who fails, fails alone; what is over leaves."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from core.tests.clock import Clock
from core.tests.storage.sessions import login, session, token
from core.tests.storage.sql.engines import OwnEngine

from accredit.errors import StorageFailed, SubjectBlocked
from accredit.storage import Rotation, StoredSubject
from accredit.storage.ports.replay import KEPT_S
from accredit.storage.ports.sessions import MOST_SESSIONS


@pytest.fixture
def statements(storage: OwnEngine) -> list[str]:
    """Return the list in which every statement will stand, by its first word."""
    heard: list[str] = []
    engine = storage._engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", lambda *args: heard.append(args[2].split()[0]))
    return heard


async def test_many_logins_at_once_take_as_many_statements_as_one(storage: OwnEngine, statements: list[str]) -> None:
    await storage.start(*login("first"))
    one = list(statements)
    statements.clear()
    await asyncio.gather(*(storage.start(*login(f"{n}", subject=f"acme|{n}", user_id=f"{n}")) for n in range(64)))
    assert one.count("COMMIT") == statements.count("COMMIT") == 1
    assert len(statements) < len(one)  # the first one has looked at the connection
    assert await storage.find("63") is not None


async def test_work_that_fails_fails_alone(storage: OwnEngine, statements: list[str]) -> None:
    await storage.start(*login("a"))
    await storage.set_blocked("eve", blocked=True)
    statements.clear()
    outcomes = await asyncio.gather(
        storage.start(*login("first")),
        storage.rotate("a", token("a 2", "a"), now=1_000, leeway_s=0),
        storage.start(*login("bad", device="half \ud800")),
        storage.start(*login("hers", subject="eve")),
        storage.create("acme", "\ud800", "ada", now=1_000),
        storage.create("acme", "1", "ada", now=1_000),
        storage.first_use("jti", 2_000),
        return_exceptions=True,
    )
    assert statements.count("COMMIT") == 1
    shown = [type(one) if isinstance(one, Exception) else one for one in outcomes]
    failed = StorageFailed
    assert shown == [None, Rotation.ROTATED, failed, SubjectBlocked, failed, StoredSubject("ada"), True]
    assert [await storage.find(name) is not None for name in ("first", "a 2", "bad", "hers")] == [
        True,
        True,
        False,
        False,
    ]


async def test_a_failure_says_its_kind_and_no_value(storage: OwnEngine) -> None:
    await storage.start(*login("a"))
    with pytest.raises(StorageFailed) as taken:
        await storage.start(*login("a"))
    assert taken.value.detail == "database: IntegrityError SQLITE_CONSTRAINT_UNIQUE"
    with pytest.raises(StorageFailed) as half:
        await storage.find("half \ud800")
    assert half.value.__suppress_context__  # what it comes of quotes its values
    assert half.value.detail == "database: UnicodeEncodeError"


async def test_work_that_nobody_waits_for_any_more_is_not_begun(storage: OwnEngine, statements: list[str]) -> None:
    first = asyncio.create_task(storage.start(*login("first")))
    while not statements:  # noqa: ASYNC110 - the engine has no event for it
        await asyncio.sleep(0)
    given_up, wanted = [asyncio.create_task(storage.start(*login(name))) for name in ("given up", "wanted")]
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.gather(first, wanted)
    assert given_up.cancelled()
    assert [await storage.find(name) is not None for name in ("first", "given up", "wanted")] == [True, False, True]


async def test_work_that_was_given_up_while_another_one_wrote_is_not_done(storage: OwnEngine, path: Path) -> None:
    await storage.start(*login("a"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        wanted = asyncio.create_task(storage.start(*login("wanted")))
        given_up: list[asyncio.Task[Any]] = [asyncio.create_task(storage.start(*login("late")))]
        given_up.append(asyncio.create_task(storage.rotate("a", token("late too", "a"), now=1_000, leeway_s=30)))
        await asyncio.sleep(0)
        while storage._waiting:  # noqa: ASYNC110 - the writer has no event for it
            await asyncio.sleep(0.01)
        for one in given_up:
            one.cancel()
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
    await wanted
    assert [await storage.find(name) is not None for name in ("wanted", "late", "late too")] == [True, False, False]


async def test_who_closes_waits_for_what_is_waiting(storage: OwnEngine) -> None:
    writing = asyncio.create_task(storage.start(*login("a")))
    await asyncio.sleep(0)
    await storage.close()
    await writing
    await storage.open()
    assert await storage.find("a") is not None


async def test_a_loop_that_ends_leaves_nobody_waiting(storage: OwnEngine, statements: list[str]) -> None:
    waiting = asyncio.create_task(storage.start(*login("a")))
    while not statements:  # noqa: ASYNC110 - the engine has no event for it
        await asyncio.sleep(0)
    assert storage._writer is not None
    storage._writer.cancel()  # as `asyncio.run` does at its end
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await storage.start(*login("b"))
    assert await storage.find("a") is None


def counts(path: Path) -> tuple[Any, ...]:
    with closing(sqlite3.connect(path)) as connection:
        tables = ("accredit_sessions", "accredit_refresh_tokens", "accredit_used_ids")
        return tuple(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)  # noqa: S608 - names of ours


async def test_what_is_over_is_deleted_a_few_at_a_time(path: Path) -> None:
    clock = Clock(200_000)
    storage = OwnEngine.from_url(f"sqlite+aiosqlite:///{path}", clock=clock)
    await storage.open()
    old = [login(f"old {n}", subject=f"acme|{n}", kept_until=201_000) for n in range(50)]
    await asyncio.gather(*(storage.start(*one) for one in old), storage.start(session("kept", renewable=False), None))
    await asyncio.gather(*(storage.first_use(f"{n}", 201_000 - KEPT_S) for n in range(20)))
    assert await storage.clear() == 0
    clock.now = 201_000
    assert await storage.clear(30) == 30 + 20
    assert counts(path) == (21, 20, 1)  # the last row says until when identifiers were forgotten
    assert await storage.clear(30) == 20
    assert counts(path) == (1, 0, 1)
    assert await storage.clear() == 0
    assert not await storage.first_use("19", 201_000 - KEPT_S)
    await storage.close()


async def test_each_hundredth_change_deletes_what_is_over(path: Path) -> None:
    clock = Clock(1_000)
    storage = OwnEngine.from_url(f"sqlite+aiosqlite:///{path}", clock=clock)
    await storage.open()
    await asyncio.gather(*(storage.start(*login(f"{n}", subject=f"a|{n}", kept_until=2_000)) for n in range(50)))
    clock.now = 2_000
    await asyncio.gather(*(storage.first_use(f"{n}", 9_000) for n in range(50)))
    async with asyncio.timeout(60):
        while counts(path) != (0, 0, 50):  # noqa: ASYNC110 - nobody waits for it, and nobody is told
            await asyncio.sleep(0.005)
    await storage.close()


async def test_no_login_waits_for_what_is_deleted_nor_shares_its_transaction(
    storage: OwnEngine, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accredit.storage.sql.methods._CLEAR_EVERY", 5)
    await asyncio.gather(*(storage.start(*login(f"{n}", subject=f"a|{n}", kept_until=1)) for n in range(5)))
    assert storage._clearing is not None
    assert not storage._clearing.done()  # all are answered, and it has only been begun
    waiting = [asyncio.create_task(storage.start(*login(f"new {n}", subject=f"b|{n}"))) for n in range(4)]
    await asyncio.gather(*waiting, storage._clearing)
    written = [part.split() for part in " ".join(statements).split("COMMIT")]
    assert not [part for part in written if "INSERT" in part and "DELETE" in part]
    assert await storage.find("0") is None
    assert await storage.find("new 0") is not None


async def test_under_constant_load_what_is_over_leaves_all_the_same(
    storage: OwnEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accredit.storage.sql.storage._MOST_BATCHES", 3)
    await storage.start(*login("old", kept_until=1))
    order: list[str] = []

    async def note(name: str, call: Any) -> None:
        await call
        order.append(name)

    async def keep_coming(tasks: int) -> None:
        for number in range(10):
            await note("login", storage.start(*login(f"{tasks} {number}", subject=f"{tasks} {number}")))

    await asyncio.gather(note("clear", storage.clear(1)), *(keep_coming(number) for number in range(3)))
    assert "login" in order[order.index("clear") :]
    assert await storage.find("old") is None


async def test_more_than_can_be_written_soon_is_refused_at_once(
    storage: OwnEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accredit.storage.sql.storage._MOST_WAITING", 10)
    asked = (storage.start(*login(f"{n}", subject=f"a|{n}")) for n in range(12))
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert outcomes[:10] == [None] * 10
    assert [str(one) for one in outcomes[10:]] == ["more waits to be written than the database keeps up with"] * 2


async def test_more_sessions_than_the_bound_in_one_transaction(storage: OwnEngine) -> None:
    many = [session(f"{number}", renewable=False, auth_time=number) for number in range(MOST_SESSIONS + 20)]
    await asyncio.gather(*(storage.start(one, None) for one in many))
    assert {one.id for one in await storage.sessions("acme|1")} == {one.id for one in many[20:]}
