"""What only SQLite can get wrong: work that fails in a batch, reads beside the writer, rows that stay."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from core.tests.clock import Clock
from core.tests.storage.sessions import login, session, token

from accredit.errors import StorageFailed
from accredit.storage import Commit, Rotation, SqliteStorage, StoredSubject
from accredit.storage.migrate import migrate
from accredit.storage.ports.sessions import MOST_SESSIONS
from accredit.storage.sqlite.writer import Writer


@pytest.fixture
async def storage(path: Path, clock: Clock) -> AsyncIterator[SqliteStorage]:
    storage = SqliteStorage(str(path), clock=clock)
    await storage.open()
    yield storage
    await storage.close()


def execute(path: Path, *statements: str) -> list[Any]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return [connection.execute(statement).fetchall() for statement in statements][-1]


async def in_one_batch(path: Path, *work: Any) -> list[Any]:
    """Run all but the first in one transaction: the database is locked until all of them wait."""
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        running = [asyncio.ensure_future(one) for one in work]
        for _ in range(5):
            await asyncio.sleep(0)
        lock.execute("ROLLBACK")
        return await asyncio.gather(*running, return_exceptions=True)


async def test_a_watcher_hears_of_each_commit_and_what_it_raises_harms_nobody(path: Path, clock: Clock) -> None:
    storage = SqliteStorage(str(path), clock=clock)
    heard: list[Commit] = []

    def fails(_: Commit) -> None:
        raise ValueError("no")

    storage.watch_commits(fails)
    storage.watch_commits(heard.append)
    await storage.open()
    begun = time.perf_counter()
    await in_one_batch(path, storage.start(*login("first")), storage.start(*login("a")), storage.start(*login("b")))
    ended = time.perf_counter()
    await storage.close()
    assert sum(one.changes for one in heard) == 3
    assert all(begun <= one.began <= one.began + one.duration_s <= ended for one in heard)


async def test_a_change_that_finds_no_room_leaves_no_mark_behind(path: Path, clock: Clock) -> None:
    storage = SqliteStorage(str(path), clock=clock)
    storage.watch_commits(lambda _: None, mark=object)
    await storage.open()
    writer = storage._writer
    assert writer is not None
    with mock.patch.object(writer._line, "put", side_effect=StorageFailed("no room")), pytest.raises(StorageFailed):
        await storage.start(*login("a"))
    await storage.start(*login("b"))
    assert writer._marks == {}
    await storage.close()


async def test_work_that_fails_fails_alone(storage: SqliteStorage, path: Path) -> None:
    await storage.start(*login("a"))
    await storage.start(*login("b"))
    bad = token("half \ud800", "b")

    outcomes = await in_one_batch(
        path,
        storage.start(*login("first")),
        storage.rotate("a", token("a 2", "a"), now=1_000, leeway_s=0),
        storage.rotate("b", bad, now=1_000, leeway_s=0),
        storage.start(*login("c")),
        storage.start(*login("bad too", device="\udfff")),
        storage.create("acme", "\ud800", "ada", now=1_000),
        storage.create("acme", "1", "ada", now=1_000),
        storage.first_use("jti", 2_000),
    )

    shown = [type(one) if isinstance(one, Exception) else one for one in outcomes]
    failed, created = StorageFailed, StoredSubject("ada")
    assert shown == [None, Rotation.ROTATED, failed, None, failed, failed, created, True]
    replaced = execute(path, "SELECT token_hash, replaced_at FROM refresh_tokens ORDER BY token_hash")
    assert replaced == [("a", 1_000), ("a 2", None), ("b", None), ("c", None), ("first", None)]
    assert execute(path, "SELECT user_id FROM identities") == [("1",)]
    assert not await storage.first_use("jti", 2_000)


async def test_a_rotation_that_cannot_store_the_successor_changes_nothing(storage: SqliteStorage) -> None:
    await storage.start(*login("a"))
    with pytest.raises(StorageFailed, match=r"^SQLite: UnicodeEncodeError$"):
        await storage.rotate("a", token("half \ud800", "a"), now=1_000, leeway_s=0)

    stored = await storage.find("a")
    assert stored is not None
    assert stored.replaced_at is None
    assert await storage.rotate("a", token("c", "a"), now=1_000, leeway_s=0) is Rotation.ROTATED


@pytest.fixture
def statements(storage: SqliteStorage) -> list[str]:
    """Return the list in which every statement of the writer will stand, by its first word."""
    heard: list[str] = []
    assert storage._writer is not None
    storage._writer._connection.set_trace_callback(lambda statement: heard.append(statement.split()[0]))
    return heard


async def test_a_login_and_a_refresh_take_as_few_statements_as_they_can(
    storage: SqliteStorage, statements: list[str]
) -> None:
    await storage.start(*login("a"))
    assert statements == ["BEGIN", "INSERT", "INSERT", "SELECT", "COMMIT"]
    statements.clear()
    await storage.start(session("b", renewable=False), None)
    assert statements == ["BEGIN", "INSERT", "SELECT", "COMMIT"]
    statements.clear()
    await storage.rotate("a", token("a 2", "a"), now=1_000, leeway_s=30)
    assert statements == ["BEGIN", "SELECT", "UPDATE", "INSERT", "DELETE", "COMMIT"]
    statements.clear()
    await storage.rotate("a", token("a 3", "a"), now=1_001, leeway_s=30)  # its answer was lost
    assert statements == ["BEGIN", "SELECT", "UPDATE", "INSERT", "DELETE", "SELECT", "SELECT", "COMMIT"]
    statements.clear()
    await storage.first_use("jti", 2_000)
    assert statements == ["BEGIN", "INSERT", "COMMIT"]


async def test_of_a_user_with_too_many_sessions_two_are_read_at_a_login(
    storage: SqliteStorage, statements: list[str]
) -> None:
    await asyncio.gather(*(storage.start(*login(f"{number}")) for number in range(MOST_SESSIONS)))
    assert storage._writer is not None
    async with asyncio.timeout(60):
        while storage._writer._pruning.pause_s is not None:  # noqa: ASYNC110 - the writer tells nobody
            await asyncio.sleep(0.005)
    statements.clear()
    await storage.start(*login("one more"))
    # SQLite itself traces the second deletion, which takes the session's refresh tokens with it.
    assert statements == ["BEGIN", "INSERT", "INSERT", "SELECT", "SELECT", "DELETE", "DELETE", "COMMIT"]


async def test_a_look_up_does_not_wait_for_a_writer(storage: SqliteStorage, path: Path) -> None:
    await storage.start(*login("a"))
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        lock.execute("INSERT INTO subjects (id, blocked, created_at) VALUES ('ada', 1, 1)")
        async with asyncio.timeout(1):
            assert await storage.find("a") is not None
            assert await storage.get("ada") is None
        lock.execute("COMMIT")
    assert await storage.get("ada") == StoredSubject("ada", blocked=True)


async def test_a_look_up_that_fails_is_left_to_the_writer(
    storage: SqliteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.start(*login("a"))
    broken = sqlite3.connect(":memory:")  # has no tables
    monkeypatch.setattr(storage, "_reader", broken)

    assert await storage.find("a") is not None
    assert await storage.get("ada") is None
    broken.close()


async def test_a_look_up_that_cannot_be_done_at_all_says_so(storage: SqliteStorage, path: Path) -> None:
    execute(path, "ALTER TABLE subjects RENAME TO elsewhere")
    with pytest.raises(StorageFailed, match=r"^SQLite: OperationalError SQLITE_ERROR$"):
        await storage.get("ada")


async def test_a_storage_that_is_closed_answers_nothing(storage: SqliteStorage) -> None:
    await storage.close()
    for call in (storage.find("a"), storage.get("a"), storage.first_use("a", 1), storage.end("a")):
        with pytest.raises(StorageFailed, match=r"^the store is closed$"):
            await call


async def test_a_look_up_uses_an_index(path: Path) -> None:
    migrate(path)
    for query in (
        "SELECT * FROM refresh_tokens WHERE token_hash = 'a'",
        "SELECT * FROM refresh_tokens WHERE session_id = 'a'",
        "SELECT * FROM sessions WHERE id = 'a'",
        "SELECT * FROM sessions WHERE kept_until <= 1",
        "SELECT * FROM sessions WHERE subject = 'a'",
        "SELECT * FROM sessions WHERE subject = 'a' AND client_id = 'b' AND renewable",
        "SELECT * FROM identities WHERE namespace = 'a' AND user_id = 'b'",
        "SELECT * FROM identities WHERE subject = 'a'",
        "SELECT * FROM subjects WHERE id = 'a'",
        "SELECT * FROM used_ids WHERE jti = 'a'",
        "SELECT * FROM used_ids WHERE expires_at <= 1",
    ):
        plan = " ".join(row[3] for row in execute(path, f"EXPLAIN QUERY PLAN {query}"))
        assert "USING" in plan, query
        assert "SCAN" not in plan, query


async def test_work_that_nobody_waits_for_any_more_is_not_begun(tmp_path: Path) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), list[str]()

    def hold(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(60)

    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None, check_same_thread=False)
    writer = Writer(connection, insert=lambda *_: (), prune=lambda *_: False, check=lambda: None)
    first = writer.put(hold)
    await asyncio.to_thread(begun.wait, 60)
    given_up = writer.put(lambda _: done.append("given up"))
    wanted = writer.put(lambda _: done.append("wanted"))
    given_up.cancel()
    go_on.set()
    await asyncio.gather(first, wanted)
    assert done == ["wanted"]
    await writer.close()


async def test_work_that_was_given_up_while_another_process_wrote_is_not_done(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    storage = SqliteStorage(str(path))
    await storage.open()
    await storage.start(*login("a"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing: list[asyncio.Task[Any]] = [asyncio.create_task(storage.start(*login("wanted")))]
        writing.append(asyncio.create_task(storage.rotate("a", token("late", "a"), now=1_000, leeway_s=30)))
        await asyncio.sleep(0)
        while storage.measured()["queue"]:  # noqa: ASYNC110 - the writer has no event for it
            await asyncio.sleep(0.01)
        writing[1].cancel()
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
    await writing[0]
    assert await storage.find("late") is None
    assert await storage.find("wanted") is not None
    await storage.close()
