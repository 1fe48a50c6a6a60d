"""A PostgreSQL database, brought up to date by whoever comes first; the others wait for that one."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from accredit.errors import ConfigurationError
from accredit.storage.schema.revisions import HEAD, Found

if TYPE_CHECKING:
    from sqlalchemy import Connection

LOCK = 0x61_63_63_72_65_64_69_74
"""The advisory lock of whoever upgrades: "accredit" in ASCII."""
_PATIENCE_S = 600
"""For others who upgrade."""
_TABLE_PATIENCE_S = 30
"""For a table that a long transaction holds: whoever asks for that table queues behind an upgrade that waits."""

_LACKS_RIGHT, _READ_ONLY, _LOCKED, _IS_THERE = "42501", "25006", "55P03", "42P07"


def migrate(url: str) -> None:
    """Create or upgrade the schema of the database at `url`, in a loop and on a connection of its own.

    Raises:
        ConfigurationError: the database cannot be used or upgraded; the message says what to do.
    """
    asyncio.run(_migrate(url))


async def _migrate(url: str) -> None:
    import asyncpg
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, url), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            await connection.run_sync(bring_up_to_date)
    finally:
        await engine.dispose()


def bring_up_to_date(connection: "Connection") -> None:
    """Create or upgrade the schema; safe with several servers at once, all or nothing. Costs one query where it is.

    Raises:
        ConfigurationError: a newer Accredit has upgraded it, or this role may not; the message says what to do.
    """
    from sqlalchemy.exc import DBAPIError

    try:
        if not _found_usable(connection):
            _upgrade(connection)
        connection.commit()
    except DBAPIError as exc:
        connection.rollback()
        raise _unusable(exc) from exc


def found(connection: "Connection") -> Found:
    """Return what the database says of itself."""
    table = connection.exec_driver_sql("SELECT to_regclass('alembic_version')::text").scalar_one()
    if table is None:
        return Found(None)
    # As JSON: the second column is not there before 0003.
    row = connection.exec_driver_sql(
        f"SELECT to_jsonb(v) ->> 'version_num', to_jsonb(v) ->> 'runs_with' FROM {table} AS v"  # noqa: S608 - as PostgreSQL quotes it
    ).one_or_none()
    return Found(None) if row is None else Found(*row)


def _found_usable(connection: "Connection") -> bool:
    there = found(connection)
    if not there.is_ours:
        raise ConfigurationError(
            "storage.url: the database holds another program's tables: give Accredit a database of its own"
        )
    if there.is_newer and not there.is_current:
        raise ConfigurationError(
            f"storage.url: the database was upgraded by a newer Accredit (revision {there.revision}, this one has "
            f"{HEAD}); install that one, or use another database"
        )
    return there.is_current


def _upgrade(connection: "Connection") -> None:
    from accredit.storage.schema import runner

    _wait_at_most(connection, _PATIENCE_S)
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    if not _found_usable(connection):
        _wait_at_most(connection, _TABLE_PATIENCE_S)
        runner.upgrade(connection)


def _wait_at_most(connection: "Connection", seconds: int) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{seconds}s'")


def _unusable(exc: Exception) -> ConfigurationError:
    cause = getattr(exc, "orig", exc)
    state = getattr(cause, "sqlstate", None)
    if state in (_LACKS_RIGHT, _READ_ONLY):
        why = "its role may not change tables" if state == _LACKS_RIGHT else "it is read-only"
        return ConfigurationError(
            f"storage.url: the schema must be brought to revision {HEAD}, and {why}: run `accredit db upgrade` with "
            "the URL of a role that owns the tables"
        )
    if state == _LOCKED:
        return ConfigurationError(
            "storage.url: the schema cannot be upgraded while another transaction holds its tables: end that one "
            "(pg_stat_activity shows it), and start again"
        )
    if state == _IS_THERE:
        return ConfigurationError(
            f"storage.url: the database has tables that Accredit has not made ({cause}): give it one of its own"
        )
    return ConfigurationError(f"storage.url: the database cannot be upgraded: {cause}")
