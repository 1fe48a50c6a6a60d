"""PostgreSQL by a host's engine: its isolation, its haste, and its connections that die."""

import asyncio
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from core.tests.postgres import Postgres, PostgresDatabase
from core.tests.storage.sessions import login, token
from core.tests.storage.sql.engines import OwnEngine
from sqlalchemy.ext.asyncio import create_async_engine

from accredit.errors import StorageFailed
from accredit.storage import Rotation
from accredit.storage.sql import SqlStorage, SyncSqlStorage, tables_in

pytestmark = pytest.mark.slow


def end_connections(database: PostgresDatabase) -> None:
    """End all connections to a database, as a restart of the server does."""
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (database.name,),
        )


@pytest.mark.parametrize("level", ["AUTOCOMMIT", "SERIALIZABLE"])
async def test_the_hosts_isolation_level_is_for_the_host(level: Any, postgres_database: PostgresDatabase) -> None:
    engine = create_async_engine(postgres_database.url("psycopg"), isolation_level=level)
    storage = SqlStorage(engine, tables_in(sa.MetaData()), create_tables=True)
    await storage.open()
    await storage.start(*login("a"))
    outcomes = await asyncio.gather(
        *(storage.rotate("a", token(f"{turn}", "a"), now=1_000, leeway_s=0) for turn in range(3)),
        storage.start(*login("bad", device="with a \0")),
        return_exceptions=True,
    )
    assert outcomes[:3] == [Rotation.ROTATED, Rotation.REUSED, Rotation.REFUSED]
    assert isinstance(outcomes[3], StorageFailed)
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        assert driver.autocommit is (level == "AUTOCOMMIT")
        assert driver.isolation_level == (psycopg.IsolationLevel.SERIALIZABLE if level == "SERIALIZABLE" else None)
    await storage.close()
    await engine.dispose()


async def test_a_transaction_is_durable_where_the_hosts_own_need_not_be(postgres_database: PostgresDatabase) -> None:
    engine = sa.create_engine(postgres_database.url("psycopg"), connect_args={"options": "-c synchronous_commit=off"})
    storage = SyncSqlStorage(engine, tables_in(sa.MetaData()), create_tables=True)
    await storage.open()
    seen: list[str] = []

    def look(connection: sa.Connection) -> None:
        seen.append(connection.exec_driver_sql("SHOW synchronous_commit").scalar_one())

    sa.event.listen(engine, "commit", look)
    await storage.end("a")
    assert seen == ["on"]
    with engine.connect() as connection:
        look(connection)
    assert seen == ["on", "off"]
    engine.dispose()


async def test_a_connection_that_has_died_is_replaced(postgres_database: PostgresDatabase) -> None:
    storage = OwnEngine.from_url(postgres_database.url("psycopg"))
    await storage.open()
    await storage.start(*login("a"))
    end_connections(postgres_database)
    assert await storage.find("a") is not None
    end_connections(postgres_database)
    await storage.start(*login("b"))
    assert await storage.find("b") is not None
    await storage.close()


async def test_a_connection_that_dies_while_it_commits_leaves_nobody_believing(
    postgres_database: PostgresDatabase,
) -> None:
    storage = OwnEngine.from_url(postgres_database.url("psycopg"))
    await storage.open()
    dying = [True]

    def die(_: sa.Connection) -> None:
        if dying.pop():
            end_connections(postgres_database)

    sa.event.listen(storage._engine.sync_engine, "commit", die)
    outcomes = await asyncio.gather(*(storage.start(*login(name)) for name in "ab"), return_exceptions=True)
    told = "the connection broke while a transaction was committed"
    assert [getattr(one, "detail", one) for one in outcomes] == [told, told]
    sa.event.remove(storage._engine.sync_engine, "commit", die)
    await storage.start(*login("c"))
    assert [await storage.find(name) is not None for name in "abc"] == [False, False, True]
    await storage.close()


async def test_a_server_that_is_gone_is_told_to_each(postgres: Postgres) -> None:
    with postgres.database() as database:
        storage = OwnEngine.from_url(database.url("psycopg"))
        await storage.open()
    calls = (storage.start(*login("a")), storage.start(*login("b")), storage.get("ada"))
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(outcome, StorageFailed)
        assert outcome.detail.startswith("database: OperationalError")
    await storage.close()


async def test_a_pool_that_is_too_small_is_told(postgres_database: PostgresDatabase) -> None:
    engine = create_async_engine(postgres_database.url("psycopg"), pool_size=1, max_overflow=0, pool_timeout=0.1)
    storage = SqlStorage(engine, tables_in(sa.MetaData()), create_tables=True)
    await storage.open()
    async with engine.connect():
        for call in (storage.get("ada"), storage.end("a")):
            with pytest.raises(
                StorageFailed, match=r"pool had no connection free in time: give it more \(pool_size\)$"
            ):
                await call
    await storage.end("a")
    await storage.close()
    await engine.dispose()


async def test_two_who_wait_for_one_another_are_tried_again(postgres_database: PostgresDatabase) -> None:
    storage = OwnEngine.from_url(postgres_database.url("psycopg"))
    await storage.open()
    await storage.start(*login("a"))
    await storage.set_blocked("acme|1", blocked=False)
    await storage.create("acme", "1", "acme|1", now=1)
    with psycopg.connect(postgres_database.url()) as host:
        host.execute("SET deadlock_timeout = '10s'")  # the other one notices first
        host.execute("UPDATE accredit_subjects SET created_at = 2")
        ending = asyncio.create_task(storage.unlink("acme", "1"))  # has the identity, and waits for the subject
        while not waiting(postgres_database):  # noqa: ASYNC110 - another connection says so
            await asyncio.sleep(0.01)
        await asyncio.to_thread(host.execute, "UPDATE accredit_identities SET linked_at = 2")
        host.commit()
    await ending
    found = await storage.subject_of("acme", "1")
    assert found is not None
    assert (found.unlinked, found.identity_version) == (True, 1)
    await storage.close()


def waiting(database: PostgresDatabase) -> bool:
    with psycopg.connect(database.url()) as connection:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
        return row != (0,)
