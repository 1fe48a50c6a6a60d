"""Bring a database's schema up to date.

A database that is current costs one query: Alembic and SQLAlchemy (20 MiB) are imported only where there is work.
`python -m accredit.storage PATH` does that work in a process of its own; `accredit serve` calls it first.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock

from accredit.errors import ConfigurationError

HEAD = "0002"
"""The newest revision in `accredit.storage.migrations.versions`."""

_locks: dict[int, threading.Lock] = {}
"""By process: one that was inherited may be held for ever, by a thread that the fork has left behind."""


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
            if not is_current(path):
                with _one_at_a_time(), _progress_unheard():
                    _upgrade(path)
    except (OSError, sqlite3.Error) as exc:
        raise ConfigurationError(f"storage.url: cannot use {path}: {exc}") from exc


def _one_at_a_time() -> threading.Lock:
    """Return the lock for Alembic: it keeps the migration under way in globals, and two threads would mix theirs up."""
    return _locks.setdefault(os.getpid(), threading.Lock())


def is_current(path: Path) -> bool:
    """Tell whether the database at `path` exists and needs no migration."""
    return path.exists() and _revision(path) == HEAD


def _revision(path: Path) -> str | None:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if tables else None
    return row[0] if row else None


@contextmanager
def _progress_unheard() -> Iterator[None]:
    """Keep Alembic's progress out of the log of the host, whose own migrations are heard, as every warning is."""
    thread = threading.get_ident()

    def is_heard(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or threading.get_ident() != thread

    loggers = [logging.getLogger(f"alembic.runtime.{module}") for module in ("migration", "plugins")]
    for logger in loggers:
        logger.addFilter(is_heard)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_heard)


def _upgrade(path: Path) -> None:
    try:
        import alembic.command
        import alembic.config
        import alembic.util
        import sqlalchemy
    except ImportError as exc:
        raise ConfigurationError(
            f'storage.url: to make or upgrade {path} takes Alembic and SQLAlchemy: pip install "accredit[sqlite]"'
        ) from exc

    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    # Left to itself the driver commits before each DDL statement; a migration must be all or nothing.
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(path)), connect_args={"isolation_level": None}
    )
    sqlalchemy.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            alembic.command.upgrade(config, "head")
    except alembic.util.CommandError as exc:
        raise ConfigurationError(
            f"storage.url: {path} was upgraded by a newer Accredit; install that one, or use another database"
        ) from exc
    except sqlalchemy.exc.DBAPIError as exc:
        raise ConfigurationError(f"storage.url: cannot use {path}: {exc.orig}") from exc
    finally:
        engine.dispose()
