"""The schema on PostgreSQL."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from core.tests.postgres import PostgresDatabase

from accredit.errors import ConfigurationError, NotReadyYet
from accredit.storage.schema import postgres as schema_on_postgres
from accredit.storage.schema.postgres import LOCK, migrate
from accredit.storage.schema.revisions import HEAD
from accredit.storage.sql import tables_in
from accredit.storage.sql.key_rows import signing_keys
from accredit.storage.sql.provider_token_rows import provider_tokens

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(postgres_database: PostgresDatabase) -> Iterator[sa.Engine]:
    engine = sa.create_engine(postgres_database.url("psycopg"), poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def execute(engine: sa.Engine, *statements: str) -> list[tuple[object, ...]]:
    with engine.begin() as connection:
        done = [connection.exec_driver_sql(statement) for statement in statements]
        return [tuple(row) for row in done[-1]] if done[-1].returns_rows else []


def refusal(url: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        migrate(url)
    return str(refused.value)


def test_the_migrated_schema_is_the_one_that_the_statements_are_written_for(
    postgres_database: PostgresDatabase, engine: sa.Engine
) -> None:
    migrate(postgres_database.url())
    described = sa.MetaData()
    tables_in(described, prefix="", audit=True)
    signing_keys.to_metadata(described)
    provider_tokens.to_metadata(described)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), described) == []
    assert execute(engine, "SELECT version_num, runs_with FROM alembic_version") == [(HEAD, "0003")]


def test_a_current_database_is_left_alone(postgres_database: PostgresDatabase, engine: sa.Engine) -> None:
    migrate(postgres_database.url())
    insert = "INSERT INTO subjects (id, created_at) VALUES ('ada', 1)"
    execute(engine, insert)
    before = execute(engine, "SELECT xmin::text FROM alembic_version")
    migrate(postgres_database.url())
    assert execute(engine, "SELECT id, blocked, version FROM subjects") == [("ada", False, 0)]
    assert execute(engine, "SELECT xmin::text FROM alembic_version") == before


CODE = "import sys; from accredit.storage.schema.postgres import migrate; migrate(sys.argv[1])"


def test_servers_that_start_at_once_upgrade_it_once(postgres_database: PostgresDatabase, engine: sa.Engine) -> None:
    command = [sys.executable, "-c", CODE, postgres_database.url()]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]  # noqa: S603 - ours
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in started] == [("", 0)] * 3
    assert execute(engine, "SELECT version_num FROM alembic_version") == [(HEAD,)]


async def test_who_comes_second_waits_and_finds_it_done(postgres_database: PostgresDatabase, engine: sa.Engine) -> None:
    url = postgres_database.url()
    with engine.begin() as first:
        first.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        second = asyncio.create_task(asyncio.to_thread(migrate, url))
        await _until_one_waits(engine)
        first.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT, runs_with TEXT)")
        first.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{HEAD}', '{HEAD}')")  # noqa: S608 - our own constant
    await second
    assert execute(engine, "SELECT to_regclass('sessions')") == [(None,)]


async def test_who_waits_for_an_upgrade_keeps_no_table_from_it(
    postgres_database: PostgresDatabase, engine: sa.Engine
) -> None:
    url = postgres_database.url()
    await asyncio.to_thread(migrate, url, to="0004")
    with engine.begin() as first:
        first.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        second = asyncio.create_task(asyncio.to_thread(migrate, url))
        await _until_one_waits(engine)
        first.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        first.exec_driver_sql("ALTER TABLE alembic_version ADD COLUMN later TEXT")
    await second
    assert execute(engine, "SELECT version_num, later FROM alembic_version") == [(HEAD, None)]


async def _until_one_waits(engine: sa.Engine) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(60):
        while execute(engine, waiting) != [(1,)]:  # noqa: ASYNC110 - PostgreSQL has no event for it
            await asyncio.sleep(0.01)


def test_a_database_of_a_newer_version_is_refused(postgres_database: PostgresDatabase, engine: sa.Engine) -> None:
    migrate(postgres_database.url())
    execute(engine, "UPDATE alembic_version SET version_num = '9999', runs_with = '9998'")
    assert refusal(postgres_database.url()) == (
        f"storage.url: the database was upgraded by a newer Accredit (revision 9999, this one has {HEAD}); "
        "install that one, or use another database"
    )


def test_a_newer_one_that_lets_this_version_run_is_used(postgres_database: PostgresDatabase, engine: sa.Engine) -> None:
    migrate(postgres_database.url())
    execute(engine, f"UPDATE alembic_version SET version_num = '9999', runs_with = '{HEAD}'")  # noqa: S608 - our own constant
    migrate(postgres_database.url())
    assert execute(engine, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_database_with_another_programs_revisions_is_refused(
    postgres_database: PostgresDatabase, engine: sa.Engine
) -> None:
    execute(
        engine,
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('ae1027a6acf1')",
    )
    assert refusal(postgres_database.url()) == (
        "storage.url: the database holds another program's tables: give Accredit a database of its own"
    )


def test_a_database_with_another_programs_tables_is_refused_and_left_as_it_is(
    postgres_database: PostgresDatabase, engine: sa.Engine
) -> None:
    execute(engine, "CREATE TABLE sessions (something TEXT)")
    assert refusal(postgres_database.url()) == (
        'storage.url: the database has tables that Accredit has not made (relation "sessions" already exists): '
        "give it one of its own"
    )
    assert execute(engine, "SELECT to_regclass('alembic_version')") == [(None,)]


def test_a_role_that_may_not_change_tables_is_told_who_must(
    postgres_database: PostgresDatabase, engine: sa.Engine
) -> None:
    role = f"{postgres_database.name}_server"
    execute(engine, f"CREATE ROLE {role} LOGIN")
    try:
        url = postgres_database.url().replace("postgres@", f"{role}@", 1)
        assert refusal(url) == (
            f"storage.url: the schema must be brought to revision {HEAD}, and its role may not change tables: "
            "run `accredit db upgrade` with the URL of a role that owns the tables"
        )
        migrate(postgres_database.url())
        assert "this role may not read which revision the schema has" in refusal(url)
        execute(engine, f"GRANT SELECT ON alembic_version TO {role}")
        migrate(url)
    finally:
        execute(engine, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_database_that_is_read_only_is_told(postgres_database: PostgresDatabase, engine: sa.Engine) -> None:
    execute(engine, f"ALTER DATABASE {postgres_database.name} SET default_transaction_read_only = on")
    url = f"{postgres_database.url()}&target_session_attrs=any"
    assert f"must be brought to revision {HEAD}, and it is read-only: run `accredit db upgrade`" in refusal(url)


def test_a_table_that_a_long_transaction_holds_ends_the_upgrade(
    postgres_database: PostgresDatabase, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_on_postgres, "_TABLE_PATIENCE_S", 1)
    migrate(postgres_database.url(), to="0002")
    with engine.begin() as other:
        other.exec_driver_sql("SELECT version_num FROM alembic_version")
        with pytest.raises(NotReadyYet, match="cannot be upgraded while another transaction holds its tables"):
            migrate(postgres_database.url())
    migrate(postgres_database.url())


def test_whatever_else_is_wrong_is_told_as_postgresql_says_it(
    postgres_database: PostgresDatabase, engine: sa.Engine
) -> None:
    execute(engine, "CREATE TABLE alembic_version (something TEXT)", "INSERT INTO alembic_version VALUES ('x')")
    assert refusal(postgres_database.url()).startswith("storage.url: the database cannot be upgraded: ")
