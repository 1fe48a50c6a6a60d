"""Bring a SQLite database's schema up to date.

A database that is current costs one query: Alembic and SQLAlchemy (20 MiB) are imported only where there is work.
`python -m accredit.storage PATH` does that work in a process of its own; `accredit serve` calls it first.
"""

import importlib.util
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from filelock import FileLock

from accredit.errors import ConfigurationError
from accredit.storage.schema.revisions import Found


def migrate(path: Path) -> None:
    """Create or upgrade the SQLite database at `path`; safe with several processes at once.

    Raises:
        ConfigurationError: the database cannot be used, or a newer Accredit has upgraded it.
    """
    try:
        if is_current(path):
            return
        if not path.absolute().parent.is_dir():  # the lock would make it, and a slip in the path an empty database
            raise ConfigurationError(
                f"storage.url: the folder {path.absolute().parent} does not exist; "
                "make it, or change storage.url to where the database is"
            )
        with FileLock(f"{path}.lock"):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            there = found(path)
            _refuse_foreign(path, there)
            if not there.is_current:
                _upgrade(path)
    except (OSError, sqlite3.Error) as exc:
        raise ConfigurationError(f"storage.url: cannot use {path}: {exc}") from exc


def is_current(path: Path) -> bool:
    """Tell whether the database at `path` exists and needs no migration."""
    return path.exists() and found(path).is_current


def found(path: Path) -> Found:
    """Return what the database at `path` says of itself."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT * FROM alembic_version").fetchone() if tables else None
    return Found(*row) if row else Found(None)  # the second column is not there before 0003


def _refuse_foreign(path: Path, there: Found) -> None:
    if not there.is_ours:
        raise ConfigurationError(f"storage.url: {path} is another program's database; use one of its own for Accredit")
    if there.is_newer and not there.is_current:
        raise ConfigurationError(
            f"storage.url: {path} was upgraded by a newer Accredit; install that one, or use another database"
        )


def _upgrade(path: Path) -> None:
    if not all(importlib.util.find_spec(name) for name in ("alembic", "sqlalchemy")):
        raise ConfigurationError(
            f'storage.url: to make or upgrade {path} takes Alembic and SQLAlchemy: pip install "accredit[sqlite]"'
        )
    import sqlalchemy

    from accredit.storage.schema import runner

    # Left to itself the driver commits before each DDL statement; a migration must be all or nothing.
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(path)), connect_args={"isolation_level": None}
    )
    sqlalchemy.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            runner.upgrade(connection)
    except sqlalchemy.exc.DBAPIError as exc:
        raise ConfigurationError(f"storage.url: cannot use {path}: {exc.orig}") from exc
    finally:
        engine.dispose()
