"""Grants in SQLite when the disk, the schema or a value is not as it should be: an answer for everybody, always."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from core.tests.storage.sessions import login

from accredit.errors import ConfigurationError, StorageFailed
from accredit.storage import SqliteStorage
from accredit.storage.migrate import migrate

LONG_ENOUGH_S = 5.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStorage]:
    store = SqliteStorage(str(path))
    await store.open()
    yield store
    await store.close()


def execute(path: Path, *statements: str) -> list[Any]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return [connection.execute(statement).fetchall() for statement in statements][-1]


async def outcomes(store: SqliteStorage, *logins: Any) -> list[Any]:
    async with asyncio.timeout(LONG_ENOUGH_S):
        return await asyncio.gather(*(store.start(*one) for one in logins), return_exceptions=True)


async def test_a_row_that_cannot_be_stored_fails_and_the_next_one_does_not(store: SqliteStorage, path: Path) -> None:
    execute(path, "ALTER TABLE sessions RENAME TO elsewhere")
    failed = await outcomes(store, *(login(str(number)) for number in range(50)))
    assert {type(one) for one in failed} == {StorageFailed}
    assert {one.detail for one in failed} == {"SQLite: OperationalError SQLITE_ERROR"}
    assert len({id(one) for one in failed}) == 50  # each caller raises one of its own
    execute(path, "ALTER TABLE elsewhere RENAME TO sessions")
    await store.start(*login("next"))
    assert execute(path, "SELECT token_hash FROM refresh_tokens") == [("next",)]


async def test_a_failure_half_way_through_a_batch_stores_none_of_it(store: SqliteStorage, path: Path) -> None:
    execute(
        path,
        "CREATE TRIGGER broken BEFORE INSERT ON sessions WHEN NEW.device = 'bad'"
        " BEGIN SELECT RAISE(FAIL, 'disk on fire'); END",
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")  # so that all but the first end in one batch
        first = asyncio.create_task(outcomes(store, login("first")))
        rest = asyncio.create_task(
            outcomes(store, login("a"), login("b"), login("c", device="bad"), login("d"), login("e"))
        )
        for _ in range(5):
            await asyncio.sleep(0)
        lock.execute("ROLLBACK")
        answers = {"first": (await first)[0], **dict(zip("abcde", await rest, strict=True))}
    stored = {row[0] for row in execute(path, "SELECT token_hash FROM refresh_tokens")}
    assert stored == {name for name, answer in answers.items() if answer is None}
    assert isinstance(answers["c"], StorageFailed)
    assert "disk on fire" not in str(answers["c"])


async def test_a_locked_database_is_given_up(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    migrate(path)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **{**kwargs, "timeout": 0.01}))
    store = SqliteStorage(str(path))
    await store.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        assert {type(one) for one in await outcomes(store, login("a"), login("b"))} == {StorageFailed}
        lock.execute("ROLLBACK")
    assert await outcomes(store, login("c")) == [None]
    await store.close()
    assert execute(path, "SELECT token_hash FROM refresh_tokens") == [("c",)]


@pytest.mark.filterwarnings("default::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "changes",
    [{"device": "\ud800"}, {"scope": "\udfff"}, {"expires_at": 2**63}, {"device": object()}],
    ids=["surrogate", "another surrogate", "integer too large", "no database type"],
)
async def test_a_value_that_sqlite_cannot_hold_fails_alone(
    store: SqliteStorage, path: Path, changes: dict[str, Any]
) -> None:
    # JSON lets a client send a lone surrogate: it must not stop the store for everybody.
    assert [type(one) for one in await outcomes(store, login("bad", **changes))] == [StorageFailed]
    assert await outcomes(store, login("good")) == [None]
    assert execute(path, "SELECT token_hash FROM refresh_tokens") == [("good",)]


class Fragile(sqlite3.Connection):
    """A connection whose statements fail while their name is listed."""

    failing: tuple[str, ...] = ()
    closed = False

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        if sql.startswith(type(self).failing):
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *args)

    def rollback(self) -> None:
        self.execute("ROLLBACK")

    def close(self) -> None:
        type(self).closed = True
        super().close()


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch, path: Path) -> type[Fragile]:
    migrate(path)
    factory = type("FragileHere", (Fragile,), {})
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **kwargs, factory=factory))
    return factory


async def test_a_commit_that_fails_is_rolled_back(fragile: type[Fragile], path: Path) -> None:
    store = SqliteStorage(str(path))
    await store.open()
    fragile.failing = ("COMMIT",)
    assert [type(one) for one in await outcomes(store, login("a"))] == [StorageFailed]
    fragile.failing = ()
    assert await outcomes(store, login("b")) == [None]
    fragile.closed = False
    await store.close()
    assert fragile.closed
    assert execute(path, "SELECT token_hash FROM refresh_tokens") == [("b",)]


@pytest.mark.filterwarnings("default::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_rollback_that_fails_too_still_answers_and_the_store_recovers(
    fragile: type[Fragile], path: Path
) -> None:
    store = SqliteStorage(str(path))
    await store.open()
    fragile.failing = ("COMMIT", "ROLLBACK")
    assert [type(one) for one in await outcomes(store, login("a"))] == [StorageFailed]
    fragile.failing = ()
    await outcomes(store, login("b"))  # may still have to clean up
    assert await outcomes(store, login("c")) == [None]
    await store.close()
    assert ("a",) not in execute(path, "SELECT token_hash FROM refresh_tokens")


async def test_a_connection_that_cannot_be_prepared_stops_start_up_and_is_closed(
    fragile: type[Fragile], path: Path
) -> None:
    fragile.failing = ("PRAGMA synchronous",)
    fragile.closed = False
    store = SqliteStorage(str(path))
    with pytest.raises(ConfigurationError, match=r"^storage\.url: cannot use .*accredit\.db: disk I/O error$"):
        await store.open()
    await store.close()
    assert fragile.closed


async def test_a_database_that_goes_while_a_row_is_committed_keeps_nobody_believing_in_it(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    class Going(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            if sql == "COMMIT":
                path.unlink()
            return super().execute(sql, *args)

    migrate(path)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **kwargs, factory=Going))
    store = SqliteStorage(str(path))
    await store.open()
    [failed] = await outcomes(store, login("a"))
    assert isinstance(failed, StorageFailed)
    assert failed.detail == "the database file was deleted or replaced"
    await store.close()


async def test_a_database_that_nobody_may_write_stops_start_up(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    migrate(path)
    monkeypatch.setattr(os, "access", lambda *_: False)  # for root every file is writable
    store = SqliteStorage(str(path))
    with pytest.raises(ConfigurationError, match=r"^storage\.url: .*accredit\.db cannot be written: change its"):
        await store.open()
    await store.close()


async def test_a_check_says_that_the_next_start_will_fail(
    store: SqliteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.check()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StorageFailed, match=r"^the database file is read-only$"):
        await store.check()


async def test_a_check_writes_and_changes_nothing(store: SqliteStorage, path: Path) -> None:
    execute(path, "PRAGMA user_version = 7")
    log = path.with_name("accredit.db-wal")
    execute(path, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert log.stat().st_size == 0
    await store.check()
    assert log.stat().st_size > 0
    assert execute(path, "PRAGMA user_version") == [(7,)]


async def test_a_database_behind_a_link_is_watched_with_its_log(path: Path) -> None:
    migrate(path)
    link = path.with_name("link.db")
    link.symlink_to(path)
    store = SqliteStorage(str(link))
    await store.open()
    assert await outcomes(store, login("a")) == [None]
    path.with_name("accredit.db-wal").rename(path.with_name("elsewhere"))
    [failed] = await outcomes(store, login("b"))
    assert failed.detail == "a file beside the database, -wal or -shm, was deleted or replaced"
    path.with_name("elsewhere").rename(path.with_name("accredit.db-wal"))
    assert await outcomes(store, login("c")) == [None]
    await store.close()
