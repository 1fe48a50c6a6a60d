"""A change that nobody waits for any more is not made: not after a wait for a lock, and not with another attempt."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import psycopg
import pytest
from core.tests.postgres import PostgresDatabase
from core.tests.storage.sessions import login, token

from accredit.storage import Rotation
from accredit.storage.ports.sessions import MOST_SUCCESSORS
from accredit.storage.postgres import PostgresStorage
from accredit.storage.sql import locks

_BOUND_S = 60
_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
_SLEEPS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


@pytest.fixture
async def storage(postgres_database: PostgresDatabase) -> AsyncIterator[PostgresStorage]:
    storage = PostgresStorage(postgres_database.url(), max_connections=4)
    await storage.open()
    await storage.start(*login("a"))
    yield storage
    await storage.close()


@pytest.fixture
async def elsewhere(postgres_database: PostgresDatabase) -> AsyncIterator[PostgresStorage]:
    storage = PostgresStorage(postgres_database.url(), max_connections=3)
    await storage.open()
    yield storage
    await storage.close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_BOUND_S):
        while not is_so():  # noqa: ASYNC110 - a server has no event for it
            await asyncio.sleep(0.01)


def counter(connection: "psycopg.Connection[Any]", statement: bytes) -> Callable[[], bool]:
    """Return what tells whether a statement counts anything."""
    return lambda: connection.execute(statement).fetchone() != (0,)


async def given_up(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


async def test_a_rotation_that_was_given_up_while_it_waited_for_a_lock_is_not_made(
    postgres_database: PostgresDatabase, storage: PostgresStorage
) -> None:
    url = postgres_database.url()
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as watching:
        other.execute("SELECT 1 FROM sessions WHERE id = 'a' FOR UPDATE")
        rotating = asyncio.create_task(storage.rotate("a", token("late", "a"), now=1_000, leeway_s=30))
        await until(lambda: storage.measured()["queue"] == 1)  # it waits by itself by now, for two seconds
        await until(counter(watching, _WAITS.encode()))
        await given_up(rotating)
        other.rollback()
        await until(lambda: storage.measured()["queue"] == 0)
    found = await storage.find("a")
    assert found is not None
    assert (found.replaced_at, await storage.find("late")) == (None, None)


@pytest.mark.parametrize("what", ["block", "start"])
async def test_a_change_that_was_given_up_while_it_waited_for_a_name_is_not_made(
    what: str, postgres_database: PostgresDatabase, storage: PostgresStorage
) -> None:
    key = locks.subject_key("acme|1") if what == "block" else locks.owner_key("acme|1", "app")
    url = postgres_database.url()
    with psycopg.connect(url) as other, psycopg.connect(url, autocommit=True) as watching:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (locks.numbers_of([key])[0],))
        call = storage.set_blocked("acme|1", True) if what == "block" else storage.start(*login("late"))
        changing = asyncio.ensure_future(call)
        await until(lambda: storage.measured()["queue"] == 1)
        await until(counter(watching, _WAITS.encode()))
        await given_up(changing)
        other.rollback()
        await until(lambda: storage.measured()["queue"] == 0)
    assert await storage.get("acme|1") is None
    assert await storage.find("late") is None


async def test_a_rotation_that_was_given_up_is_not_tried_again_and_ends_no_session(
    postgres_database: PostgresDatabase, storage: PostgresStorage, elsewhere: PostgresStorage
) -> None:
    url = postgres_database.url()
    with psycopg.connect(url, autocommit=True) as watching:
        watching.execute(
            "CREATE SEQUENCE tries; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF nextval('tries') > 1 THEN RETURN NEW; END IF; PERFORM pg_sleep(1);"
            " RAISE EXCEPTION 'retry' USING ERRCODE = '40001'; END $$;"
            " CREATE TRIGGER refuse BEFORE INSERT ON refresh_tokens FOR EACH ROW WHEN (NEW.token_hash = 'late')"
            " EXECUTE FUNCTION refuse()"
        )
        rotating = asyncio.create_task(storage.rotate("a", token("late", "a"), now=1_000, leeway_s=30))
        await until(counter(watching, _SLEEPS.encode()))
        await given_up(rotating)
        for number in range(MOST_SUCCESSORS):  # which wait for the first attempt, and are before a second one
            outcome = await elsewhere.rotate("a", token(f"{number}", "a"), now=1_000, leeway_s=30)
            assert outcome is Rotation.ROTATED
        await storage.check()  # behind it in the line
        assert watching.execute("SELECT last_value FROM tries").fetchone() == (1,)
    found = await storage.find("0")
    assert found is not None
    assert not found.session.ended
