"""What a host gets wrong is told in one sentence that says what to change."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from core.tests.storage.sql.engines import OwnEngine
from sqlalchemy.ext.asyncio import create_async_engine

from accredit.errors import ConfigurationError, LifecycleError, StorageFailed
from accredit.storage.sql import SqlStorage, SyncSqlStorage, schema, tables_in


async def test_a_blocking_engine_for_the_asynchronous_storage(path: Path) -> None:
    engine: Any = sa.create_engine(f"sqlite:///{path}")
    with pytest.raises(
        ConfigurationError, match=r"SqlStorage takes an asynchronous engine, and this is a Engine: make"
    ):
        SqlStorage(engine, tables_in(sa.MetaData()))


async def test_an_asynchronous_engine_for_the_blocking_storage(path: Path) -> None:
    engine: Any = create_async_engine(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(ConfigurationError, match=r"takes a blocking engine, and this is a AsyncEngine: make it with"):
        SyncSqlStorage(engine, tables_in(sa.MetaData()))
    await engine.dispose()


def test_a_database_that_we_do_not_speak_to() -> None:
    with pytest.raises(ConfigurationError, match=r"^storage: oracle is not known; use PostgreSQL, MariaDB, MySQL or "):
        schema.check_dialect("oracle")


async def test_tables_that_no_migration_has_made(path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    tables = tables_in(sa.MetaData())
    async with engine.begin() as connection:
        await connection.run_sync(tables.sessions.create)
    missing = "accredit_subjects, accredit_identities, accredit_refresh_tokens, accredit_used_ids: run your migrations"
    with pytest.raises(ConfigurationError, match=rf"^storage: the database has no table {missing} \(alembic revision "):
        await SqlStorage(engine, tables).open()
    storage = SqlStorage(engine, tables, create_tables=True)
    await storage.open()
    assert await storage.sessions("ada") == ()
    await storage.close()
    await engine.dispose()


async def test_tables_of_an_older_version(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    tables = tables_in(sa.MetaData())
    tables.sessions.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE accredit_refresh_tokens DROP COLUMN successors")
    with pytest.raises(ConfigurationError, match=r"has no column accredit_refresh_tokens\.successors: run your"):
        await SyncSqlStorage(engine, tables).open()
    engine.dispose()


async def test_a_model_that_lets_two_have_one_account(path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    tables = tables_in(sa.MetaData())
    for constraint in [one for one in tables.identities.constraints if isinstance(one, sa.UniqueConstraint)]:
        tables.identities.constraints.remove(constraint)
    storage = SyncSqlStorage(engine, tables, create_tables=True)
    with pytest.raises(ConfigurationError, match=r"^storage: accredit_identities may hold one account twice: give it"):
        await storage.open()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE UNIQUE INDEX a ON accredit_identities (namespace, provider_user_id)")
    await storage.open()
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite+aiosqlite:////nowhere/host.db", "unable to open database file"),
        ("postgresql+psycopg://eve:secret@/x?host=/nowhere", ".*No such file or directory"),
    ],
)
async def test_a_database_that_is_not_there(url: str, said: str) -> None:
    storage = OwnEngine.from_url(url)
    blocking = SyncSqlStorage(sa.create_engine(re.sub(r"\+aiosqlite", "", url)), tables_in(sa.MetaData()))
    for one in (storage, blocking):
        with pytest.raises(ConfigurationError, match=rf"^storage: the database cannot be used: {said}") as told:
            await one.open()
        assert "secret" not in str(told.value)
    await storage.close()


async def test_it_is_opened_once_and_answers_nothing_once_it_is_closed(path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    blocking = sa.create_engine(f"sqlite:///{path}")
    tables = tables_in(sa.MetaData())
    for storage in (SqlStorage(engine, tables, create_tables=True), SyncSqlStorage(blocking, tables)):
        await storage.open()
        with pytest.raises(LifecycleError, match="the storage is open already"):
            await storage.open()
        await storage.close()
        for call in (storage.get("ada"), storage.end("a")):
            with pytest.raises(StorageFailed, match="the store is closed"):
                await call
    await engine.dispose()
    blocking.dispose()


async def test_a_database_in_memory_that_everybody_would_share() -> None:
    with pytest.raises(
        ConfigurationError, match=r"one connection, and each task would write into the others' .* a file"
    ):
        OwnEngine.from_url("sqlite+aiosqlite://")
    with pytest.raises(
        ConfigurationError, match="in memory is another one in each thread: use a file, or create_engine"
    ):
        SyncSqlStorage(sa.create_engine("sqlite://"), tables_in(sa.MetaData()))
