"""Can refresh tokens be stored? The database is opened and locked for a moment, and nothing is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from accredit.cli.checkup.files import not_writable, others_may_read
from accredit.cli.checkup.finding import Examiner, Finding
from accredit.storage.schema.revisions import HEAD, Found

_BUSY_TIMEOUT_S = 2.0
_examiner = Examiner("database")


def examine_database(path: Path) -> Iterator[Finding]:
    """Judge the SQLite database at `path` as the next start will."""
    about = str(path)
    if (problem := not_writable(path, "storage.url")) is not None:
        yield _examiner.fail(about, *problem)
        return
    if not path.exists():
        change = "if there has been one, restore it: every refresh token is lost without"
        yield _examiner.warn(about, "is not there; the next start makes one", change)
        return
    if others_may_read(path):
        change = f"run: chmod 600 {path}"
        yield _examiner.warn(about, "others may read it: who logged in when, and hashes of refresh tokens", change)
    yield _opened(path)


def _opened(path: Path) -> Finding:
    about = str(path)
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S, isolation_level=None)) as connection:
            there = _found(connection)
            connection.execute("BEGIN IMMEDIATE")  # takes the write lock, and so proves that one can
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as exc:
        if "locked" in str(exc):
            change = "stop what holds the lock, such as a backup or a shell"
            return _examiner.warn(about, f"is locked for more than {_BUSY_TIMEOUT_S:.0f} s", change)
        return _examiner.fail(about, f"cannot be opened and written: {exc}", "change storage.url, or the permissions")
    except sqlite3.DatabaseError as exc:
        return _examiner.fail(about, f"is no database: {exc}", "restore it from a backup, or change storage.url")
    if there.revision is None:
        return _examiner.ok(about, "has no schema yet; the next start makes it")
    if not there.is_ours:
        return _examiner.fail(about, "is another program's database", "change storage.url to one of its own")
    if there.is_newer and there.is_current:
        made = f"opens, may be written, schema {there.revision} is of a newer Accredit, which lets this one run"
        return _examiner.ok(about, made)
    if there.is_newer:
        change = "install that one, or use another database"
        return _examiner.fail(about, f"schema {there.revision} is of a newer Accredit than {HEAD}", change)
    if there.is_current:
        return _examiner.ok(about, f"opens, may be written, schema {HEAD} is current")
    change = "make a backup first"
    return _examiner.warn(about, f"schema {there.revision} is old; the next start brings it to {HEAD}", change)


def _found(connection: sqlite3.Connection) -> Found:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        return Found(None)
    row = connection.execute("SELECT * FROM alembic_version").fetchone()
    return Found(None) if row is None else Found(*row)
