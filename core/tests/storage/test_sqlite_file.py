"""SQLite as such: durable before the answer, many rows to one commit."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from core.tests.storage.sessions import login

from accredit.errors import ConfigurationError, StorageFailed
from accredit.storage import MemoryStorage, SqliteStorage, storage_for
from accredit.storage.migrate import migrate
from accredit.tokens.refresh_token import hash_token


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStorage]:
    store = SqliteStorage(str(path))
    await store.open()
    yield store
    await store.close()


def rows(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [
            dict(row)
            for row in connection.execute(
                "SELECT * FROM refresh_tokens JOIN sessions ON id = session_id ORDER BY token_hash"
            )
        ]


def test_a_url_names_the_store() -> None:
    assert isinstance(storage_for("memory://"), MemoryStorage)
    assert isinstance(storage_for("sqlite:///accredit.db"), SqliteStorage)


async def test_four_slashes_name_an_absolute_path(path: Path) -> None:
    store = storage_for(f"sqlite:///{path}")
    await store.open()
    await store.start(*login("a"))
    await store.close()
    assert [row["token_hash"] for row in rows(path)] == ["a"]


def test_a_token_is_looked_up_by_its_sha256() -> None:
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


async def test_a_session_is_in_the_database_when_start_returns(store: SqliteStorage, path: Path) -> None:
    session, token = login("a", device="Adas 📱", expires_at=2**62)
    await store.start(session, token)
    beside = {"replaced_at": None, "successors": 0, "ended": 0}
    assert rows(path) == [{**asdict(session), **asdict(token), **beside}]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a thing of POSIX")
async def test_the_database_and_its_log_are_their_owners_only(store: SqliteStorage, path: Path) -> None:
    await store.start(*login())
    files = [path, path.with_name("accredit.db-wal"), path.with_name("accredit.db-shm")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_sessions_survive_a_restart_and_the_same_token_is_never_stored_twice(path: Path) -> None:
    for attempt in range(2):
        store = SqliteStorage(str(path))
        await store.open()
        if attempt:
            with pytest.raises(StorageFailed, match="SQLite: IntegrityError"):
                await store.start(*login("a"))
        else:
            await store.start(*login("a"))
        await store.start(*login(f"b{attempt}"))
        await store.close()
    assert [row["token_hash"] for row in rows(path)] == ["a", "b0", "b1"]


Statements = list[str]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Every statement that any connection runs."""
    ran: Statements = []
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def traced(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(ran.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    return ran


async def test_a_commit_reaches_the_disk(statements: Statements, path: Path) -> None:
    store = SqliteStorage(str(path))
    await store.open()
    await store.start(*login())
    await store.close()
    assert "PRAGMA synchronous=FULL" in statements
    assert statements[-1] == "COMMIT"


async def test_sessions_that_wait_share_a_commit(statements: Statements, path: Path) -> None:
    migrate(path)
    store = SqliteStorage(str(path))
    await store.open()
    statements.clear()
    await asyncio.gather(*(store.start(*login(f"{number:03}")) for number in range(200)))
    await store.close()
    assert len(rows(path)) == 200
    assert statements.count("BEGIN IMMEDIATE ") + statements.count("BEGIN IMMEDIATE") == statements.count("COMMIT")
    assert statements.count("COMMIT") <= 20


async def test_more_than_a_batch_is_stored_whole(store: SqliteStorage, path: Path) -> None:
    await asyncio.gather(*(store.start(*login(str(number), subject=f"acme|{number}")) for number in range(1500)))
    assert len(rows(path)) == 1500


def blocked(path: Path) -> sqlite3.Connection:
    """Hold the database's write lock, so that sessions queue up."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


async def begun(count: int, store: SqliteStorage, **changes: Any) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(store.start(*login(f"{number:03}", **changes))) for number in range(count)]
    await asyncio.sleep(0)  # every add has queued its row
    return tasks


async def test_a_caller_who_gives_up_does_not_disturb_the_others(store: SqliteStorage, path: Path) -> None:
    with closing(blocked(path)) as lock:
        tasks = await begun(5, store)
        tasks[2].cancel()
        await asyncio.sleep(0)
        assert not any(task.done() for task in tasks if task is not tasks[2])
        lock.execute("ROLLBACK")
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        type(None),
        asyncio.CancelledError,
        type(None),
        type(None),
    ]
    await store.start(*login("next"))
    assert {row["token_hash"] for row in rows(path)} >= {"000", "001", "003", "004", "next"}


async def test_close_finishes_what_was_accepted_and_takes_nothing_more(store: SqliteStorage, path: Path) -> None:
    with closing(blocked(path)) as lock:
        tasks = await begun(20, store)
        closing_task = asyncio.create_task(store.close())
        await asyncio.sleep(0)
        with pytest.raises(StorageFailed, match="the store is closed"):
            await store.start(*login("late"))
        assert not closing_task.done()
        lock.execute("ROLLBACK")
        await asyncio.gather(closing_task, *tasks)
    await store.close()
    assert [row["token_hash"] for row in rows(path)] == [f"{number:03}" for number in range(20)]


async def test_a_store_that_was_never_opened_takes_nothing_and_closes(path: Path) -> None:
    store = SqliteStorage(str(path))
    with pytest.raises(StorageFailed, match="the store is closed"):
        await store.start(*login())
    await store.close()
    assert os.listdir(path.parent) == []


async def test_a_store_can_be_opened_again(store: SqliteStorage, path: Path) -> None:
    await store.start(*login("a"))
    await store.close()
    await store.open()
    await store.start(*login("b"))
    assert len(rows(path)) == 2


async def test_a_database_that_cannot_be_used_stops_start_up(tmp_path: Path) -> None:
    tmp_path.joinpath("no.db").write_bytes(b"this is not a database" * 100)
    with pytest.raises(ConfigurationError, match=r"^storage\.url: cannot use .*no\.db: file is not a database$"):
        await SqliteStorage(str(tmp_path / "no.db")).open()


def test_a_process_that_forgets_to_close_ends_all_the_same(path: Path) -> None:
    # A start-up that fails after the storage was opened must not leave a process that hangs.
    code = (
        "import asyncio, sys; from accredit.storage import SqliteStorage;asyncio.run(SqliteStorage(sys.argv[1]).open())"
    )
    migrate(path)
    process = subprocess.Popen([sys.executable, "-c", code, str(path)])  # noqa: S603 - our own interpreter
    try:
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
