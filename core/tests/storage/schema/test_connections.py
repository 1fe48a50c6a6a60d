"""Connections for commands: who is asked, and what is said where nobody answers."""

import asyncio
import importlib.util
import signal
import socket
import subprocess
import sys
from pathlib import Path
from unittest.mock import AsyncMock

import asyncpg
import pytest
import sqlalchemy as sa
from core.tests.postgres import PostgresDatabase
from sqlalchemy import Connection

from accredit.errors import ConfigurationError
from accredit.storage.schema.connections import on_databases, path_of, place_of


def ask(connection: Connection) -> object:
    return connection.exec_driver_sql("SELECT 1").scalar_one()


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else found(name))


def test_a_place_is_told_without_user_and_password() -> None:
    assert path_of("sqlite:////var/lib/accredit.db") == Path("/var/lib/accredit.db")
    assert path_of("postgres://ada:secret@db/x") is None
    assert place_of("postgresql://ada:se@cret@one,two:5433/shop?sslmode=require") == "postgresql://one,two:5433/shop"
    assert place_of("postgresql://db/shop?user=ada@example.com") == "postgresql://db/shop"
    assert place_of("postgresql://ada:se?cret@db/x") == "postgresql://…"
    assert place_of("sqlite:///accredit.db") == "accredit.db"


@pytest.mark.parametrize("url", ["mysql://root:hunter2@db/x", "memory://", "hunter2", "sqlite://"])
def test_another_database_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ConfigurationError, match="must be sqlite:///PATH or postgresql://") as refused:
        path_of(url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("package", "url", "says"),
    [
        ("alembic", "sqlite:///x.db", 'pip install "accredit[sqlite]"'),
        ("sqlalchemy", "sqlite:///x.db", 'pip install "accredit[sqlite]"'),
        ("asyncpg", "postgresql://db/x", 'pip install "accredit[postgres]"'),
        ("greenlet", "postgresql://db/x", 'pip install "accredit[postgres]"'),
    ],
)
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, package: str, url: str, says: str) -> None:
    without(monkeypatch, package)
    with pytest.raises(ConfigurationError) as refused:
        on_databases(ask, url)
    assert says in str(refused.value)


def test_sqlite_alone_needs_nothing_of_postgresql(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    without(monkeypatch, "greenlet")
    assert on_databases(ask, f"sqlite:///{tmp_path}/a.db") == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://ada:hunter2@127.0.0.1:1/x", "Connection refused"),
        ("postgresql://ada:hunter2@/x?host=/nowhere", "No such file or directory"),
        ("postgresql://ada:hunter2/@127.0.0.1/x", "the URL cannot be read; in a password write %2F"),
        ("postgresql://ada:hunter2@/x?host=/nowhere&sslmode=never", "`sslmode` parameter must be one of: "),
    ],
)
def test_why_there_is_no_connection_is_told_in_words_and_no_password_is(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        on_databases(ask, url)
    assert says in str(refused.value)
    assert "hunter2" not in str(refused.value)


async def test_a_host_that_does_not_answer_or_is_not_found_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://ada:hunter2@db/x"
    for raised, says in (
        (TimeoutError(), "no answer in time"),
        (socket.gaierror(-2, "not known"), "not known"),
    ):
        monkeypatch.setattr(asyncpg, "connect", AsyncMock(side_effect=raised))
        with pytest.raises(ConfigurationError) as refused:
            await asyncio.to_thread(on_databases, ask, url)
        assert str(refused.value) == f"postgresql://db/x cannot be reached: {says}"


@pytest.mark.slow
def test_work_gets_a_connection_to_each(postgres_database: PostgresDatabase, tmp_path: Path) -> None:
    sqlite, url = f"sqlite:///{tmp_path}/a.db", postgres_database.url()

    def both(one: Connection, other: Connection) -> list[str]:
        assert (ask(one), ask(other)) == (1, 1)
        return [one.dialect.name, other.dialect.name]

    assert on_databases(both, sqlite, url) == ["sqlite", "postgresql"]
    assert on_databases(both, url, url) == ["postgresql", "postgresql"]
    assert on_databases(both, sqlite, f"sqlite:///{tmp_path}/b.db") == ["sqlite", "sqlite"]


@pytest.mark.slow
@pytest.mark.parametrize("more", ["", "&application_name=mine", "&target_session_attrs=any"])
def test_a_command_is_called_what_no_server_is_whatever_options_the_url_has(
    postgres_database: PostgresDatabase, more: str
) -> None:
    def name(connection: Connection) -> object:
        return connection.exec_driver_sql("SHOW application_name").scalar_one()

    assert on_databases(name, postgres_database.url() + more) == "accredit db"


@pytest.mark.slow
def test_what_the_server_says_is_told_and_values_are_not(postgres_database: PostgresDatabase) -> None:
    url = postgres_database.url()

    def twice(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE one (name TEXT PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO one VALUES ('ada'), ('ada')")

    with pytest.raises(ConfigurationError, match="duplicate key value") as refused:
        on_databases(twice, url)
    assert "ada" not in str(refused.value)

    with pytest.raises(ConfigurationError, match='database "nowhere" does not exist') as refused:
        on_databases(ask, url.replace(postgres_database.name, "nowhere"))
    assert refused.value.__cause__ is None


STALLED = """
import signal, sys
import sqlalchemy as sa
from accredit.storage.schema.connections import on_databases

def write(connection):
    rows = [{"k": number, "v": "x" * 100_000} for number in range(500)]
    connection.execute(sa.text("INSERT INTO stalled VALUES (:k, :v)"), rows)

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background
try:
    on_databases(write, sys.argv[1])
except KeyboardInterrupt:
    print("interrupted")
"""


WAITING = """SELECT count(*) FROM pg_stat_activity, pg_sleep(0.1)
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND starts_with(query, 'INSERT INTO stalled')"""


def test_who_waits_for_a_server_that_takes_no_more_can_be_interrupted(postgres_database: PostgresDatabase) -> None:
    engine = sa.create_engine(postgres_database.url("psycopg"), poolclass=sa.NullPool)
    with engine.connect() as holds, engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looks:
        looks.exec_driver_sql("CREATE TABLE stalled (k int PRIMARY KEY, v text)")
        holds.exec_driver_sql("INSERT INTO stalled VALUES (0, '')")  # who inserts it, too, waits what comes of this
        command = [sys.executable, "-c", STALLED, postgres_database.url()]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writes:  # noqa: S603 - ours
            try:
                while not looks.exec_driver_sql(WAITING).scalar_one():
                    assert writes.poll() is None
                writes.send_signal(signal.SIGINT)
                assert writes.communicate(timeout=30) == ("interrupted\n", "")
            finally:
                writes.kill()
