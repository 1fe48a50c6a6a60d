"""SQLite by a host's engine: whatever that does by itself, a transaction locks at once and is durable."""

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from core.tests.storage.sessions import login
from core.tests.storage.sql.engines import OwnEngine

from accredit.errors import StorageFailed
from accredit.storage import StoredSubject
from accredit.storage.sql import SyncSqlStorage, tables_in


def plain(url: str) -> sa.Engine:
    return sa.create_engine(url)


def says_begin(url: str) -> sa.Engine:
    """Make an engine as SQLAlchemy's documentation has long advised, for savepoints."""
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def in_a_hurry(url: str) -> sa.Engine:
    """Make an engine that risks what was committed last."""
    engine = sa.create_engine(url)
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode = WAL"))
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    return engine


def commits_each(url: str) -> sa.Engine:
    return sa.create_engine(url, isolation_level="AUTOCOMMIT")


def never_outside(url: str) -> sa.Engine:
    """Make an engine as SQLAlchemy's documentation advises since Python 3.12."""
    return sa.create_engine(url, connect_args={"autocommit": False})


ENGINES = [plain, says_begin, in_a_hurry, commits_each, *([never_outside] if sys.version_info >= (3, 12) else [])]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, path: Path) -> Iterator[sa.Engine]:
    engine = request.param(f"sqlite:///{path}")
    yield engine
    engine.dispose()


async def test_it_works_whatever_the_engine_does_by_itself(engine: sa.Engine, path: Path) -> None:
    storage = SyncSqlStorage(engine, tables_in(sa.MetaData()), create_tables=True)
    await storage.open()
    for turn in range(3):
        await storage.start(*login(f"{turn}"))
        assert await storage.find(f"{turn}") is not None
        with pytest.raises(StorageFailed):
            await storage.start(*login(f"{turn}"))  # that id is taken
        await storage.set_blocked(f"{turn}", blocked=True)
    with closing(sqlite3.connect(path)) as other:  # by another connection: it is committed
        assert other.execute("SELECT count(*) FROM accredit_sessions").fetchone() == (3,)
    with engine.connect() as connection:  # and the host's connections work as before
        connection.execute(sa.text("DELETE FROM accredit_sessions"))
        connection.rollback()
        left = 0 if engine.get_execution_options() or engine.dialect._on_connect_isolation_level else 3
        assert connection.execute(sa.text("SELECT count(*) FROM accredit_sessions")).scalar_one() == left


async def test_what_is_written_is_durable_and_the_hosts_own_rows_are_as_the_host_has_it(path: Path) -> None:
    engine = in_a_hurry(f"sqlite:///{path}")
    said: list[str] = []
    storage = SyncSqlStorage(engine, tables_in(sa.MetaData()), create_tables=True)
    await storage.open()
    sa.event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    await storage.end("a")
    assert [one.split("\n")[0] for one in said] == [
        "PRAGMA synchronous",
        "PRAGMA synchronous = 2",
        "BEGIN IMMEDIATE",
        "UPDATE accredit_sessions SET ended=? WHERE accredit_sessions.id = ?",
        "COMMIT",
        "PRAGMA synchronous = 0",
    ]
    engine.dispose()


@pytest.fixture
def in_memory() -> Iterator[sa.Engine]:
    """Make an engine as Flask-SQLAlchemy does for `sqlite://`."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    yield engine
    engine.dispose()


async def test_a_database_in_memory_is_shared_with_the_hosts_session(in_memory: sa.Engine) -> None:
    storage = SyncSqlStorage(in_memory, tables_in(sa.MetaData()), create_tables=True)
    await storage.open()
    with in_memory.connect() as host:
        host.execute(sa.text("CREATE TABLE people (name TEXT)"))
        host.commit()
        host.execute(sa.text("INSERT INTO people VALUES ('Ada')"))
        await storage.create("acme", "1", "ada", now=1)  # amid the host's transaction
        with pytest.raises(StorageFailed):
            await storage.start(*login("a", device=None, claims=None))
        assert await storage.session("a") is None
        host.commit()
        assert host.execute(sa.text("SELECT name FROM people")).scalars().all() == ["Ada"]
    assert await storage.subject_of("acme", "1") == StoredSubject("ada")
    await storage.start(*login("b"))
    assert await storage.find("b") is not None
    await storage.close()


async def test_a_writer_waits_for_another_one(storage: OwnEngine, path: Path) -> None:
    await storage.start(*login("a"))
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.2, other.execute, ("COMMIT",)).start()
        await storage.end("a")
    stored = await storage.session("a")
    assert stored is not None
    assert stored.ended


async def test_who_waits_for_too_long_is_told(path: Path) -> None:
    storage = OwnEngine.from_url(f"sqlite+aiosqlite:///{path}?timeout=0.01")
    await storage.open()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageFailed, match=r"^database: OperationalError SQLITE_BUSY$"):
            await storage.end("a")
        other.execute("COMMIT")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageFailed, match=r"^database: OperationalError SQLITE_BUSY$"):
            await storage.get("ada")
        other.execute("COMMIT")
    await storage.end("a")
    await storage.close()
