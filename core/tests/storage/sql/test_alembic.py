"""The host's own Alembic writes the migration, which needs nothing of ours."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from core.tests.postgres import PostgresDatabase
from core.tests.storage.sessions import login
from sqlalchemy.dialects import mysql

from accredit.storage.sql import SyncSqlStorage, tables_in


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, path: Path) -> sa.Engine:
    if request.param == "sqlite":
        return sa.create_engine(f"sqlite:///{path}")
    database: PostgresDatabase = request.getfixturevalue("postgres_database")
    return sa.create_engine(database.url("psycopg"))


async def test_a_migration_that_alembic_writes_makes_the_tables(engine: sa.Engine) -> None:
    metadata = sa.MetaData()
    tables = tables_in(metadata)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
        upgrade = produce_migrations(context, metadata).upgrade_ops
        assert upgrade is not None
        written = render_python_code(upgrade, migration_context=context)
        # What a revision imports: the first two always, dialects where they are named.
        names: dict[str, Any] = {"sa": sa, "op": Operations(context), "mysql": mysql}
        body = "\n".join(line.strip() for line in written.splitlines())
        exec(body, names)  # noqa: S102 - what a host's Alembic runs
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    storage = SyncSqlStorage(engine, tables)
    await storage.open()
    await storage.start(*login("a"))
    assert await storage.find("a") is not None
    await storage.close()
    engine.dispose()
