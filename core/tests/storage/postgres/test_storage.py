"""Its connections, its line, its look-ups and its cleaning, on a real server."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest
from core.tests.clock import Clock
from core.tests.postgres import PostgresDatabase
from core.tests.storage.sessions import login, session, token
from core.tests.storage.sql.test_forks import USED_BEFORE_THE_FORK
from sqlalchemy.ext.asyncio import AsyncConnection

from accredit.errors import ConfigurationError, LifecycleError, StorageFailed, UnclearCommit
from accredit.storage import Commit, Measured, Rotation, Watched
from accredit.storage.ports.sessions import MOST_SESSIONS
from accredit.storage.postgres import PostgresStorage, connector, examination, lookups
from accredit.storage.sql import locks, person_rows

pytestmark = pytest.mark.slow


def rows(database: PostgresDatabase, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
async def storage(postgres_database: PostgresDatabase) -> AsyncIterator[PostgresStorage]:
    storage = PostgresStorage(postgres_database.url(), max_connections=3)
    await storage.open()
    yield storage
    await storage.close()


async def test_it_has_no_more_connections_than_it_may(
    storage: PostgresStorage, postgres_database: PostgresDatabase
) -> None:
    calls = [storage.start(*login(f"{n}", subject=f"{n}")) for n in range(50)]
    await asyncio.gather(*calls, *(storage.sessions(f"{n}") for n in range(10)), *(storage.find("a") for _ in range(9)))
    counted = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'accredit' AND datname = current_database()"
    )
    assert rows(postgres_database, counted) == [(3,)]
    await storage.close()
    while rows(postgres_database, counted) != [(0,)]:  # a server takes a moment to see that somebody has gone
        pass
    for call in (storage.find("0"), storage.end("0")):
        with pytest.raises(StorageFailed, match="the store is closed"):
            await call
    await storage.open()
    assert await storage.find("0") is not None
    with pytest.raises(LifecycleError):
        await storage.open()


async def test_a_name_of_the_hosts_own_is_kept(postgres_database: PostgresDatabase) -> None:
    storage = PostgresStorage(f"{postgres_database.url()}&application_name=login")
    await storage.open()
    assert rows(postgres_database, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'login'") == [(1,)]
    await storage.close()


async def test_it_tells_how_busy_it_is(storage: PostgresStorage) -> None:
    assert isinstance(storage, Measured)
    assert isinstance(storage, Watched)
    heard: list[Commit] = []
    storage.watch_commits(lambda _: 1 / 0)
    storage.watch_commits(heard.append)
    waiting = [asyncio.create_task(storage.start(*login(f"{n}", subject=f"{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    assert storage.measured()["queue"] == 5
    await asyncio.gather(*waiting)
    assert dict(storage.measured()) == {"queue": 0, "commits": 1, "changes": 5, "pool_size": 3, "pool_in_use": 0}
    [commit] = heard
    assert commit.changes == 5


async def test_look_ups_at_once_share_a_statement(storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    await asyncio.gather(*(storage.start(*login(f"{n}", subject=f"{n}")) for n in range(20)))
    asked: list[int] = []
    ask = storage._reading.tokens.ask

    async def counted(driver: Any, batch: Any) -> Any:
        asked.append(len(batch))
        return await ask(driver, batch)

    monkeypatch.setattr(storage._reading.tokens, "ask", counted)
    found = await asyncio.gather(*(storage.find(f"{n}") for n in range(21)))
    assert [None if one is None else one.token.token_hash for one in found] == [*map(str, range(20)), None]
    assert asked == [21]


async def test_a_look_up_that_cannot_be_made_fails_alone(storage: PostgresStorage) -> None:
    await storage.start(*login("a"))
    found = await asyncio.gather(
        *(storage.find(one) for one in ("a", "half \ud800", "with a \0", "b")), return_exceptions=True
    )
    assert [type(one).__name__ for one in found] == ["StoredRefreshToken", "StorageFailed", "StorageFailed", "NoneType"]
    assert all("half" not in str(one) for one in found[1:3])


async def test_more_look_ups_than_can_be_answered_soon_are_refused(
    storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "_MOST_WAITING", 3)
    found = await asyncio.gather(*(storage.find("a") for _ in range(5)), return_exceptions=True)
    assert [getattr(one, "detail", one) for one in found] == [None] * 3 + [
        "more look-ups wait than the database keeps up with"
    ] * 2


async def test_a_loop_that_ends_leaves_no_look_up_waiting(storage: PostgresStorage) -> None:
    waiting = [asyncio.create_task(call) for call in (storage.find("a"), storage.get("ada"))]
    await asyncio.sleep(0)
    task = storage._lookups._task
    assert task is not None
    task.cancel()  # as `asyncio.run` does at its end
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in found] == [asyncio.CancelledError] * 2
    assert await storage.find("a") is None


async def test_what_is_over_is_deleted_on_one_node_at_a_time(postgres_database: PostgresDatabase) -> None:
    clock = Clock(1_000)
    storage = PostgresStorage(postgres_database.url(), clock=clock)
    await storage.open()
    await asyncio.gather(*(storage.start(*login(f"{n}", subject=f"{n}", kept_until=2_000)) for n in range(20)))
    await storage.start(session("kept", renewable=False), None)
    clock.now = 3_000
    [name] = locks.numbers_of(["clearing"])
    with psycopg.connect(postgres_database.url()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (name,))
        assert await storage.clear() == 0
    assert await storage.clear() == 20
    assert rows(postgres_database, "SELECT id FROM sessions") == [("kept",)]
    assert rows(postgres_database, "SELECT count(*) FROM refresh_tokens") == [(0,)]
    await storage.close()


async def test_rows_that_somebody_holds_are_deleted_later(postgres_database: PostgresDatabase) -> None:
    storage = PostgresStorage(postgres_database.url(), clock=Clock(3_000))
    await storage.open()
    await storage.start(*login("a", kept_until=2_000))
    with psycopg.connect(postgres_database.url()) as other:
        other.execute("SELECT 1 FROM sessions FOR UPDATE")
        with pytest.raises(StorageFailed, match="a lock that somebody else holds"):
            await storage.clear()
    assert await storage.clear() == 1
    await storage.close()


async def test_a_session_that_goes_while_it_is_refreshed_leaves_no_token_behind(
    postgres_database: PostgresDatabase,
) -> None:
    storage = PostgresStorage(postgres_database.url())
    await storage.open()
    for n in range(MOST_SESSIONS):
        await storage.start(*login(f"{n}", subject="eve"))
    with psycopg.connect(postgres_database.url()) as other:  # as a refresh at another node does
        other.execute("SELECT 1 FROM sessions WHERE id = '0' FOR UPDATE")
        other.execute(
            "INSERT INTO refresh_tokens (token_hash, session_id, issued_at, successors) VALUES ('next', '0', 0, 0)"
        )
        crowding = asyncio.create_task(storage.start(*login("new", subject="eve")))
        await asyncio.wait({crowding}, timeout=0.5)
        assert not crowding.done()
        other.commit()
    await crowding
    assert await storage.find("0") is None
    assert rows(postgres_database, "SELECT session_id FROM refresh_tokens EXCEPT SELECT id FROM sessions") == []
    await storage.close()


@pytest.mark.parametrize("size", [1, 3, 100])
async def test_all_sessions_are_looked_through_in_pieces_that_keep_nobody_waiting(
    size: int, storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_rows, "_PASSAGE", size)
    for n in range(4):
        await storage.start(*login(f"{n}", subject=f"acme|{n}", user_id=f"{n}"))
    await storage.link("acme", "1", "ada", now=1)
    await storage.link("acme", "3", "ada", now=1)
    shared: list[int] = []
    storage.watch_commits(lambda commit: shared.append(commit.changes))
    looked: list[int] = []
    begun_by = storage._persons.begun_by

    def counted(connection: Any, **values: Any) -> Any:
        assert shared == []  # nobody shares a transaction with it
        looked.append(len(values["numbers"]))
        return begun_by(connection, **values)

    monkeypatch.setattr(storage._persons, "begun_by", counted)
    assert (await storage.erase("ada")).sessions == 2
    assert shared == [1]
    assert sum(looked) == 4
    assert max(looked) <= size
    assert [await storage.session(f"{n}") is None for n in range(4)] == [False, True, False, True]
    assert (await storage.erase("ada")).sessions == 0


@pytest.mark.threat(30)
async def test_a_driver_that_loses_its_way_at_a_commit_does_nothing_twice(
    storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        await storage.start(*login(name, subject=name))
    execute, lost = connector._Connection.execute, [asyncpg.InternalClientError("unexpected message")]

    async def executed(driver: Any, query: str) -> Any:
        done = await execute(driver, query)
        if query == "COMMIT" and lost:
            raise lost.pop()
        return done

    monkeypatch.setattr(connector._Connection, "execute", executed)
    calls = (storage.rotate(name, token(f"{name}2", name), now=1_000, leeway_s=0) for name in "ab")
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(one) for one in outcomes] == [UnclearCommit] * 2
    for name in "ab":  # nobody has taken it for a token that two people hold
        found = await storage.find(f"{name}2")
        assert found is not None
        assert not found.session.ended


@pytest.mark.threat(30)
async def test_what_is_committed_is_told_where_time_runs_out_right_after_it(
    storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounds: list[asyncio.Timeout] = []
    timeout, close = asyncio.timeout, AsyncConnection.close

    def bounded(delay: float) -> asyncio.Timeout:
        bounds.append(timeout(delay))
        return bounds[-1]

    async def closed(connection: AsyncConnection) -> None:
        for bound in bounds:
            if bound.when() is not None:
                bound.reschedule(0)
        for _ in range(3):
            await asyncio.sleep(0)
        await close(connection)

    await storage.start(*login("a"))
    monkeypatch.setattr(asyncio, "timeout", bounded)
    monkeypatch.setattr(AsyncConnection, "close", closed)
    assert await storage.rotate("a", token("b", "a"), now=1_000, leeway_s=0) is Rotation.ROTATED
    assert bounds
    assert await storage.find("b") is not None


async def test_a_look_up_is_asked_once_more_where_the_driver_loses_its_way(
    storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.start(*login("a"))
    assert await storage.find("b") is None
    ask, lost = storage._reading.tokens.ask, [asyncpg.InternalClientError("unexpected message")]

    async def asked(driver: Any, batch: Any) -> Any:
        if lost:
            raise lost.pop()
        return await ask(driver, batch)

    monkeypatch.setattr(storage._reading.tokens, "ask", asked)
    assert await storage.find("a") is not None


@pytest.mark.threat(39)
async def test_an_identity_that_came_meanwhile_is_looked_for_again(
    storage: PostgresStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await storage.link("acme", "2", "ada", now=1)
    assert (await storage.person("ada")).logins == ()
    await storage.start(*login("before"))
    await storage.link("acme", "1", "ada", now=1)
    changed_hands, first = storage._persons.changed_hands, [frozenset[tuple[str, str]]()]
    monkeypatch.setattr(
        storage._persons, "changed_hands", lambda *values: first.pop() if first else changed_hands(*values)
    )
    assert (await storage.erase("ada")).sessions == 1
    assert await storage.session("before") is None


@pytest.mark.threat(39)
async def test_an_erasure_that_has_waited_outdates_what_was_issued_meanwhile(
    postgres_database: PostgresDatabase,
) -> None:
    clock = Clock(1_000)
    storage = PostgresStorage(postgres_database.url(), clock=clock)
    await storage.open()
    with psycopg.connect(postgres_database.url()) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (locks.numbers_of([locks.subject_key("ada")])[0],))
        erasing = asyncio.create_task(storage.erase("ada"))
        while not storage.measured()["queue"]:  # noqa: ASYNC110 - it waits alone by then, which is no event
            await asyncio.sleep(0)
        clock.now = 1_002
    await erasing
    found = await storage.get("ada")
    assert found is not None
    assert found.outdated_at == 1_002
    await storage.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER DATABASE {} SET default_transaction_read_only = on", "the database is read-only"),
        ("ALTER DATABASE {} SET search_path = nowhere", "cannot be upgraded"),
    ],
)
async def test_what_cannot_be_used_is_refused_at_the_start(
    change: str, told: str, postgres_database: PostgresDatabase
) -> None:
    rows(postgres_database, change.format(postgres_database.name))
    with pytest.raises(ConfigurationError, match=rf"^storage\.url: .*{told}"):
        await PostgresStorage(postgres_database.url()).open()


async def test_a_server_that_is_too_old_is_refused(
    postgres_database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "OLDEST", 990_000)
    with pytest.raises(
        ConfigurationError, match=r"^storage\.url: the server is PostgreSQL \d+\.\d+; Accredit needs 99"
    ):
        await PostgresStorage(postgres_database.url()).open()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ada:secret@127.0.0.1:1/x", r"at 127\.0\.0\.1:1 cannot be used: .*(refused|failed)"),
        ("postgresql://ada:secret@/x?host=/nowhere,/no/where", r"at /nowhere,/no/where cannot be used: .*No such file"),
        (
            "postgresql://ada:secret@/x?host=/nowhere&sslmode=verify-full",
            'cannot be used: root certificate file "/nowhere/.postgresql/root.crt" does not exist',
        ),
        ("postgresql://ada:secret@/x?host=/nowhere&sslnegotiation=never", "cannot be used: database: InterfaceError$"),
    ],
)
async def test_a_server_that_is_not_there_is_told_without_the_password(
    url: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/nowhere")
    storage = PostgresStorage(url)
    with pytest.raises(ConfigurationError, match=told) as refused:
        await storage.open()
    assert "secret" not in str(refused.value)
    await storage.close()


@pytest.mark.threat(59)
def test_no_two_processes_use_one_connection(postgres_database: PostgresDatabase, tmp_path: Path) -> None:
    changed = USED_BEFORE_THE_FORK.replace(
        "storage = SqlStorage(create_async_engine(url), tables_in(MetaData()), create_tables=True)",
        "from accredit.storage.postgres import PostgresStorage\n    storage = PostgresStorage(url)",
    )
    assert changed != USED_BEFORE_THE_FORK
    warnings = ["-W", "error", "-W", "ignore::ResourceWarning"]
    command = [sys.executable, *warnings, "-c", changed, postgres_database.url(), str(tmp_path), "asynchronous"]
    done = subprocess.run(  # noqa: S603 - this interpreter
        command, capture_output=True, text=True, timeout=120, check=False, env=os.environ
    )
    assert done.stdout == "[0, 0, 0] True\n", done.stdout + done.stderr
