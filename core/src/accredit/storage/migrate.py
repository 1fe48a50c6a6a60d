"""Bring a SQLite database's schema up to date.

A database that is current costs one query: Alembic and SQLAlchemy (20 MiB) are imported only where there is work.
`python -m accredit.storage PATH` does that work in a process of its own; `accredit serve` calls it first.
"""

import importlib.util
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from filelock import FileLock

from accredit.errors import ConfigurationError, NotReadyYet
from accredit.storage.schema.revisions import HEAD, Found

if TYPE_CHECKING:
    from sqlalchemy import Connection


def migrate(path: Path, *, to: str = HEAD, say: Callable[[str], object] | None = None) -> None:
    """Create the SQLite database at `path`, or upgrade it up to `to`; safe with several processes at once.

    `say` hears the number of each revision that is done.

    Raises:
        ConfigurationError: the database cannot be used, or a newer Accredit has upgraded it.
    """
    with _told(path):
        if path.exists() and found(path).is_current:
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
            if not there.is_at(to):
                _run(path, lambda runner, connection: runner.upgrade(connection, to, say=say))


def go_back(path: Path, to: str, *, say: Callable[[str], object] | None = None) -> None:
    """Downgrade the SQLite database at `path` to revision `to`; `say` hears the number of each that is reached.

    Raises:
        ConfigurationError: the database cannot be used, or a newer Accredit has upgraded it.
    """
    with _told(path), FileLock(f"{path}.lock"):
        _refuse_foreign(path, found(path))
        _run(path, lambda runner, connection: runner.downgrade(connection, to, say=say))


def found_or_none(path: Path) -> Found:
    """Return what the database at `path` says of itself; where there is no file, as if it were empty.

    Raises:
        ConfigurationError: it cannot be read.
    """
    with _told(path):
        return found(path) if path.exists() else Found(None)


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


def _run(path: Path, work: "Callable[[ModuleType, Connection], object]") -> None:
    if not all(importlib.util.find_spec(name) for name in ("alembic", "sqlalchemy")):
        raise ConfigurationError(
            f'storage.url: to make or upgrade {path} takes Alembic and SQLAlchemy: pip install "accredit[sqlite]"'
        )
    import sqlalchemy

    from accredit.storage.schema import runner
    from accredit.storage.schema.connections import sqlite_engine

    engine = sqlite_engine(path)
    try:
        with engine.begin() as connection:
            work(runner, connection)
    except sqlalchemy.exc.DBAPIError as exc:
        raise unusable(path, exc.orig or exc) from exc
    finally:
        engine.dispose()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as exc:
        raise unusable(path, exc) from exc


def unusable(path: Path, exc: BaseException) -> ConfigurationError:
    """Return what is told where a database cannot be used; `NotReadyYet` where somebody else holds its lock."""
    is_busy = getattr(exc, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    return (NotReadyYet if is_busy else ConfigurationError)(f"storage.url: cannot use {path}: {exc}")
