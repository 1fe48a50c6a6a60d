"""Up, down and up again, with rows; and what a revision promises to older code."""

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from unittest.mock import ANY

import pytest
from core.tests.postgres import PostgresDatabase

from accredit.errors import ConfigurationError
from accredit.storage import Rotation, SqliteStorage, StoredSubject
from accredit.storage import migrate as on_sqlite
from accredit.storage.schema import postgres, runner
from accredit.storage.schema.connections import on_databases
from accredit.storage.schema.differences import differences
from accredit.storage.schema.revisions import HEAD
from accredit.testing.storage_conformance.samples import login, rotate, session, state, token

pytestmark = pytest.mark.slow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


def rows(path: Path, select: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(select).fetchall()


def storage(path: Path) -> SqliteStorage:
    return SqliteStorage(str(path), clock=lambda: 1_000)


async def _logins(path: Path) -> None:
    """Store one of each kind: live, rotated, ended, blocked, unlinked, without a refresh token."""
    one = storage(path)
    await one.open()
    for name in ("live", "rotated", "ended"):
        await one.start(*login(name, user_id=name, subject=f"acme|{name}"))
    await rotate(one, "rotated", "successor")
    await one.end("ended")
    await one.create("acme", "blocked", "acme|blocked", now=1)
    await one.start(*login("blocked", user_id="blocked", subject="acme|blocked"))
    await one.set_blocked("acme|blocked", blocked=True)
    await one.create("acme", "unlinked", "ada", now=1)
    await one.start(*login("unlinked", user_id="unlinked", subject="ada", strategy="acme-sdk"))
    await one.unlink("acme", "unlinked")
    await one.start(session("without", renewable=False, user_id="without", subject="acme|without"), None)
    assert await one.first_use("jti", 5_000)
    await one.close()


async def test_sqlite_goes_back_to_0002_and_up_again_and_loses_nothing(path: Path) -> None:
    await _logins_at_head(path)
    tables = ("sessions", "refresh_tokens", "subjects", "identities", "used_ids")
    before = [rows(path, f"SELECT rowid, * FROM {table}") for table in tables]  # noqa: S608 - names above
    on_sqlite.go_back(path, "0002")
    assert rows(path, "SELECT * FROM alembic_version") == [("0002",)]
    on_sqlite.migrate(path)
    assert [rows(path, f"SELECT rowid, * FROM {table}") for table in tables] == before  # noqa: S608 - names above


async def _logins_at_head(path: Path) -> None:
    on_sqlite.migrate(path)
    await _logins(path)


async def test_sqlite_goes_back_to_0001_and_up_again_and_lets_nobody_in_who_was_out(path: Path) -> None:
    await _logins_at_head(path)
    on_sqlite.go_back(path, "0001")
    found = rows(path, "SELECT token_hash, strategy, replaced_at, revoked FROM grants ORDER BY token_hash")
    assert found == [
        ("blocked", "acme", None, 1),
        ("ended", "acme", None, 1),
        ("live", "acme", None, 0),
        ("rotated", "acme", 1_000, 0),
        ("successor", "acme", None, 0),
        ("unlinked", "acme", None, 1),
    ]
    on_sqlite.migrate(path)
    assert on_databases(differences, f"sqlite:///{path}") == []

    one = storage(path)
    await one.open()
    assert {name: await state(one, name) for name in ("live", "successor", "ended", "blocked", "unlinked")} == {
        "live": "live",
        "successor": "live",
        "ended": "ended",
        "blocked": "ended",
        "unlinked": "ended",
    }
    assert await one.session("without") is None
    assert await one.subject_of("acme", "unlinked") == StoredSubject("ada", unlinked=True, outdated_at=ANY)
    assert not await one.first_use("jti", 5_000)
    assert await one.rotate("rotated", token("x", "rotated"), now=1_000, leeway_s=0) is Rotation.REUSED
    assert await rotate(one, "live", "next") is Rotation.ROTATED
    await one.close()


async def test_sqlite_goes_all_the_way_back(path: Path) -> None:
    await _logins_at_head(path)
    on_sqlite.go_back(path, "base")
    assert rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [("alembic_version",)]
    on_sqlite.migrate(path)
    assert on_databases(differences, f"sqlite:///{path}") == []


def test_postgresql_goes_back_with_its_rows_and_up_again(postgres_database: PostgresDatabase) -> None:
    url = postgres_database.url()
    postgres.migrate(url)

    def insert(connection: object) -> None:
        connection.exec_driver_sql("INSERT INTO subjects (id, created_at) VALUES ('ada', 1)")  # type: ignore[attr-defined]  # SQLAlchemy's
        connection.commit()  # type: ignore[attr-defined]  # as above

    on_databases(insert, url)
    postgres.go_back(url, "0002")
    assert on_databases(postgres.found, url).revision == "0002"
    postgres.migrate(url)
    assert on_databases(differences, url) == []


def test_a_server_does_not_upgrade_what_older_servers_could_not_go_on_with(
    postgres_database: PostgresDatabase,
) -> None:
    url = postgres_database.url()
    postgres.migrate(url, to="0002")
    with pytest.raises(ConfigurationError) as refused:
        on_databases(partial(postgres.bring_up_to_date, to="0003"), url)
    assert str(refused.value) == (
        "storage.url: the schema must be brought from revision 0002 to 0003, with which servers of the older version "
        "cannot go on: stop them all, and run `accredit db upgrade`"
    )
    postgres.migrate(url)
    assert on_databases(postgres.found, url).revision == HEAD


@pytest.mark.parametrize("revision", list(runner.revisions()))
def test_code_of_the_revision_that_is_named_finds_all_that_it_needs(
    path: Path, postgres_database: PostgresDatabase, revision: str
) -> None:
    """Nothing is taken away, and nothing that is new must be given."""
    oldest = runner.runs_with(revision)
    assert oldest <= revision
    on_sqlite.migrate(path, to=revision)
    assert on_databases(partial(differences, at=oldest), f"sqlite:///{path}") == []
    postgres.migrate(postgres_database.url(), to=revision)
    assert on_databases(partial(differences, at=oldest), postgres_database.url()) == []


def test_each_revision_says_what_its_end_loses() -> None:
    assert all(isinstance(module.loses, str) for module in runner.revisions().values())
