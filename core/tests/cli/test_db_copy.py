"""`accredit db copy`, both ways."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from core.tests.cli.test_db_restored import live, server

from accredit.storage import Rotation, SqliteStorage
from accredit.storage.schema import postgres
from accredit.storage.schema.connections import on_databases
from accredit.storage.schema.revisions import HEAD
from accredit.testing.storage_conformance.samples import login, rotate, session, state, token

if TYPE_CHECKING:
    from pathlib import Path

    from core.tests.cli.conftest import Run
    from core.tests.postgres import PostgresDatabase
    from sqlalchemy import Connection

MANY = 10_000
ODD = (
    "",
    " a ",
    "a\tb\nc\r",
    'O\'Brien \\ "x"',
    "ß≠ss",
    "e\u0301≠é",
    "👩‍👩‍👧",
    "\u202eabc",
    "\ufffe\uffff",
    "\x01\x7f",
    "𝒜" * 300,
)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/accredit.db"


@pytest.fixture
def postgresql(postgres_database: PostgresDatabase) -> str:
    return postgres_database.url()


@pytest.fixture
async def storage(sqlite: str) -> SqliteStorage:
    """A closed one with a login, a rotation, an end, a block, an unlinking and odd texts."""
    storage = SqliteStorage.from_url(sqlite, clock=lambda: 1_000)
    await storage.open()
    for name in ("live", "rotated", "ended"):
        await storage.start(*login(name, user_id=name, subject=f"acme|{name}"))
    await rotate(storage, "rotated", "successor")
    await storage.end("ended")
    await storage.create("acme", "blocked", "acme|blocked", now=1)
    await storage.set_blocked("acme|blocked", blocked=True)
    await storage.create("acme", "unlinked", "ada", now=1)
    await storage.unlink("acme", "unlinked")
    await storage.start(session("without", renewable=False), None)
    for number, text in enumerate(ODD):
        await storage.create("odd", text, f"s{number}", now=1)
        begun = session(
            f"odd{number}", user_id=text, namespace="odd", device=text, claims=f'{{"a": "{number}\\ud800"}}'
        )
        await storage.start(replace(begun, subject=f"s{number}"), token(f"t{number}", f"odd{number}"))
        await storage.first_use(f"jti {text}", 5_000)
    await storage.close()
    return storage


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows in the order in which they were stored, without the numbers that tell it."""

    def read(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
        is_sqlite = connection.dialect.name == "sqlite"
        user_id = "user_id" if is_sqlite else "provider_user_id"
        number = "rowid" if is_sqlite else "number"
        selects = {
            "sessions": f"id, client_id, subject, namespace, {user_id}, device, claims, auth_time, kept_until,"
            f" renewable, identity_version, subject_version, ended FROM sessions ORDER BY {number}",
            "refresh_tokens": f"token_hash, session_id, issued_at, replaced_at, successors FROM refresh_tokens"
            f" ORDER BY {number}",
            "identities": f"namespace, {user_id}, subject, unlinked, linked_at, version FROM identities"
            f" ORDER BY {number}",
            "subjects": "id, blocked, created_at, version, outdated_at FROM subjects",
            "used_ids": "jti, expires_at FROM used_ids",
        }
        found = {name: connection.exec_driver_sql(f"SELECT {rest}").all() for name, rest in selects.items()}
        as_tuples = {name: [tuple(row) for row in rows] for name, rows in found.items()}
        return as_tuples | {name: sorted(as_tuples[name]) for name in ("subjects", "used_ids")}

    return on_databases(read, url)


def test_everything_goes_to_postgresql_and_back_and_stays_what_it_is(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str, tmp_path: Path
) -> None:
    before = contents(sqlite)
    there = run("db", "copy", sqlite, postgresql)
    assert there.exit_code == 0, there.stderr
    assert contents(postgresql) == before
    assert f"sessions: {len(before['sessions'])} rows, sha256 " in there.stdout
    assert there.stderr == ""
    again = f"sqlite:///{tmp_path}/again.db"
    back = run("db", "copy", postgresql, again)
    assert back.exit_code == 0, back.stderr
    assert back.stdout.partition("all of it")[0] == there.stdout.partition("all of it")[0]
    assert contents(again) == before
    assert contents(sqlite) == before

    async def go_on() -> None:
        copied = SqliteStorage.from_url(again, clock=lambda: 1_000)
        await copied.open()
        assert await rotate(copied, "live", "next") is Rotation.ROTATED
        assert await copied.rotate("rotated", token("x", "rotated"), now=1_000, leeway_s=0) is Rotation.REUSED
        assert await state(copied, "ended") == "ended"
        assert not await copied.first_use(f"jti {ODD[0]}", 5_000)
        await copied.close()

    asyncio.run(go_on())


def test_tables_beside_those_of_logins_are_copied_too(run: Run, sqlite: str, postgresql: str, tmp_path: Path) -> None:
    run("db", "upgrade", "--url", sqlite)
    key = "INSERT INTO signing_keys (id, version, sealed) VALUES ('keys', 7, 'sealed')"
    columns = "id, time_ms, node, event, reason, client_id, connection, subject, detail, facts, duration_ms"
    values = "{}, 1, 'n', 'e', 'ok', 'app', 'acme', 'ada', '', '{{}}', 0.1"
    event = f"INSERT INTO audit_events ({columns}) VALUES ({values})"  # noqa: S608 - written out above
    on_databases(lambda connection: _execute(connection, key), sqlite)
    for number in (2**60, 7):
        on_databases(lambda connection, number=number: _execute(connection, event.format(number)), sqlite)
    again = f"sqlite:///{tmp_path}/again.db"
    assert run("db", "copy", sqlite, postgresql).exit_code == 0
    done = run("db", "copy", postgresql, again)
    assert done.exit_code == 0, done.stderr
    assert "signing_keys: 1 rows" in done.stdout
    assert "audit_events: 2 rows" in done.stdout

    def rows(connection: Connection) -> list[object]:
        found = [connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in ("signing_keys", "audit_events")]  # noqa: S608 - names
        return [sorted(map(tuple, one)) for one in found]

    assert on_databases(rows, again) == on_databases(rows, postgresql) == on_databases(rows, sqlite)


def test_a_target_that_holds_rows_is_refused_unless_told(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str
) -> None:
    assert run("db", "copy", sqlite, postgresql).exit_code == 0
    on_databases(lambda connection: _execute(connection, "DELETE FROM sessions"), postgresql)
    before = contents(postgresql)
    refused = run("db", "copy", sqlite, postgresql)
    assert refused.exit_code == 2
    assert "the target holds rows already (table used_ids)" in refused.stderr
    assert contents(postgresql) == before
    assert run("db", "copy", "--replace", "--yes", sqlite, postgresql).exit_code == 0
    assert contents(postgresql) == contents(sqlite)


def test_what_the_target_holds_is_not_deleted_before_somebody_says_yes(
    run: Run, storage: SqliteStorage, sqlite: str, tmp_path: Path
) -> None:
    target = f"sqlite:///{tmp_path}/target.db"
    assert run("db", "copy", "--replace", sqlite, target).exit_code == 0  # nothing is there to be deleted
    on_databases(lambda connection: _execute(connection, "DELETE FROM subjects"), target)
    before = contents(target)
    asked = run("db", "copy", "--replace", sqlite, target)
    assert (asked.exit_code, asked.stderr) == (1, "nothing was changed; --yes does it\n")
    assert f"target.db: would be deleted: sessions: {len(before['sessions'])} rows\n" in asked.stdout
    assert "subjects" not in asked.stdout
    assert contents(target) == before
    assert run("db", "copy", "--yes", sqlite, target).exit_code == 2  # without --replace nothing is deleted
    assert contents(target) == before
    assert run("db", "copy", "--replace", "--yes", sqlite, target).exit_code == 0
    assert contents(target) == contents(sqlite)


@pytest.mark.parametrize("side", ["source", "target"])
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_it_is_refused_while_a_server_runs_on_either_side_and_done_when_none_does(
    run: Run, kind: str, side: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    served, other = request.getfixturevalue(kind), f"sqlite:///{tmp_path}/other.db"
    source, target = (served, other) if side == "source" else (other, served)
    words = ("db", "copy", "--replace", source, target)
    if side == "target":
        run("db", "upgrade", "--url", other)
    with server(served):
        for refused in (run(*words), run(*words, "--yes")):
            assert (refused.exit_code, refused.stdout) == (2, "")
            assert "servers run on it: stop them all, and run this again\n" in refused.stderr
        assert live(served) == 1
        assert (tmp_path / "other.db").exists() == (side == "target")
    done = run(*words, "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert live(target) == live(source)


def _execute(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
    connection.commit()


def test_a_source_that_is_not_current_or_not_there_is_refused(run: Run, sqlite: str, postgresql: str) -> None:
    told = {None: "nothing to copy", "0002": f"must be upgraded first: accredit db upgrade --url {sqlite}\n"}
    for revision, what in told.items():
        if revision is not None:
            run("db", "upgrade", "--to", revision, "--url", sqlite)
        refused = run("db", "copy", sqlite, postgresql)
        assert refused.exit_code == 2
        assert what in refused.stderr
        assert on_databases(postgres.found, postgresql).revision is None


def test_a_database_is_not_copied_onto_itself(run: Run, storage: SqliteStorage, sqlite: str) -> None:
    refused = run("db", "copy", "--replace", sqlite, sqlite)
    assert refused.exit_code == 2
    assert "one and the same" in refused.stderr


def test_a_text_that_postgresql_cannot_keep_is_named_and_nothing_is_copied(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str
) -> None:
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE sessions SET device = ? WHERE id = 'live'", ("a\0b",))
    refused = run("db", "copy", sqlite, postgresql)
    assert refused.exit_code == 2
    assert "a row of sessions holds the character U+0000" in refused.stderr
    assert not any(contents(postgresql).values())


def test_a_table_that_somebody_has_changed_is_not_copied(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str
) -> None:
    on_databases(lambda connection: _execute(connection, "ALTER TABLE sessions ADD COLUMN note TEXT"), sqlite)
    refused = run("db", "copy", sqlite, postgresql)
    assert refused.exit_code == 2
    assert "table sessions has other columns there than here" in refused.stderr
    assert not any(contents(postgresql).values())


@pytest.mark.parametrize("name", ["notes", '"Notes 2"'])
def test_a_table_of_somebody_else_stays_where_it_is(
    name: str, run: Run, storage: SqliteStorage, sqlite: str, postgresql: str, tmp_path: Path
) -> None:
    for source, target in ((sqlite, postgresql), (postgresql, f"sqlite:///{tmp_path}/again.db")):
        on_databases(lambda connection: _execute(connection, f"CREATE TABLE {name} (x TEXT)"), source)
        there = run("db", "copy", source, target)
        assert there.exit_code == 0, there.stderr
        assert "otes" not in there.stdout
        assert contents(target) == contents(source)


def test_a_table_of_somebody_else_on_both_sides_is_neither_copied_nor_emptied(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str
) -> None:
    postgres.migrate(postgresql)
    for url, text in ((sqlite, "here"), (postgresql, "there")):
        made = "CREATE TABLE notes (x TEXT)", f"INSERT INTO notes VALUES ('{text}')"  # noqa: S608 - written out above
        for statement in made:
            on_databases(lambda connection, statement=statement: _execute(connection, statement), url)
    done = run("db", "copy", "--replace", sqlite, postgresql)
    assert (done.exit_code, "notes" in done.stdout) == (0, False), done.stderr
    notes = on_databases(lambda connection: connection.exec_driver_sql("SELECT x FROM notes").all(), postgresql)
    assert [tuple(row) for row in notes] == [("there",)]


def test_a_database_of_a_newer_accredit_is_copied_by_that_one(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str
) -> None:
    newer = f"UPDATE alembic_version SET version_num = '9999', runs_with = '{HEAD}'"  # noqa: S608 - our own constant
    on_databases(lambda connection: _execute(connection, newer), sqlite)
    refused = run("db", "copy", sqlite, postgresql)
    assert refused.exit_code == 2
    assert "has revision 9999, of a newer Accredit: copy it with that one" in refused.stderr
    assert on_databases(postgres.found, postgresql).revision is None


def test_a_table_of_ours_that_is_missing_is_named(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str
) -> None:
    on_databases(lambda connection: _execute(connection, "DROP TABLE signing_keys"), sqlite)
    refused = run("db", "copy", sqlite, postgresql)
    assert refused.exit_code == 2
    assert "there is no table signing_keys on one side" in refused.stderr
    assert not any(contents(postgresql).values())


def test_a_copy_that_differs_is_not_kept(run: Run, storage: SqliteStorage, sqlite: str, postgresql: str) -> None:
    postgres.migrate(postgresql)
    trigger = (
        "CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.claims := trim(NEW.claims, '}'); RETURN NEW; END$$;"
        " CREATE TRIGGER shorten BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION shorten()"
    )
    for statement in trigger.split("; CREATE TRIGGER"):
        whole = statement if statement.startswith("CREATE FUNCTION") else f"CREATE TRIGGER{statement}"
        on_databases(lambda connection, whole=whole: _execute(connection, whole), postgresql)
    refused = run("db", "copy", sqlite, postgresql)
    assert refused.exit_code == 2
    assert "what has arrived differs from what was sent: sessions; nothing was kept" in refused.stderr
    assert not any(contents(postgresql).values())


def test_nobody_writes_into_the_source_meanwhile(
    run: Run, storage: SqliteStorage, sqlite: str, postgresql: str
) -> None:
    postgres.migrate(postgresql)
    tried = []

    def look(_: Connection) -> None:
        path = sqlite.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=0)) as connection, pytest.raises(sqlite3.OperationalError) as locked:
            connection.execute("DELETE FROM sessions")
        tried.append(str(locked.value))

    from accredit.storage.schema.copying import copy

    on_databases(
        lambda source, target: copy(source, target, replace=False, say=lambda *_: look(target)), sqlite, postgresql
    )
    assert set(tried) == {"database is locked"}


@pytest.fixture
def many(sqlite: str, storage: SqliteStorage) -> str:
    """Tens of thousands of rows."""
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(sessions)") if row[1] != "id"]
        series = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"  # noqa: S608 - a number
        connection.execute(
            f"{series} INSERT INTO sessions (id, {', '.join(names)})"  # noqa: S608 - column names
            f" SELECT 'many' || i, {', '.join(names)} FROM n JOIN sessions ON id = 'live'"
        )
        connection.execute(
            f"{series} INSERT INTO refresh_tokens (token_hash, session_id, issued_at)"  # noqa: S608 - a number
            " SELECT 'many' || i || 'x' || j, 'many' || i, i FROM n JOIN (SELECT 1 AS j UNION SELECT 2)"
        )
    return sqlite


CODE = """
import os, signal, sys
from accredit.cli.tools.databases import copied

def say(table, rows):
    if table == "refresh_tokens" and rows >= 10_000:
        os.kill(os.getpid(), signal.SIGKILL)

copied(sys.argv[1], sys.argv[2], replace=True, say=say)
"""


def test_many_rows_are_copied_also_after_a_copy_that_was_killed(
    run: Run, many: str, postgresql: str, tmp_path: Path
) -> None:
    killed = subprocess.run([sys.executable, "-c", CODE, many, postgresql], check=False, timeout=120)  # noqa: S603 - ours
    assert killed.returncode == -9
    assert not any(contents(postgresql).values())
    there = run("db", "copy", many, postgresql)
    assert there.exit_code == 0, there.stderr
    assert "accredit: refresh_tokens: 20000 rows are copied" in there.stderr
    assert contents(postgresql) == contents(many)

    again = f"sqlite:///{tmp_path}/again.db"
    killed = subprocess.run([sys.executable, "-c", CODE, postgresql, again], check=False, timeout=120)  # noqa: S603 - ours
    assert killed.returncode == -9
    assert not any(contents(again).values())
    assert run("db", "copy", postgresql, again).exit_code == 0
    assert contents(again) == contents(many)
    assert os.stat(again.removeprefix("sqlite:///")).st_mode & 0o077 == 0


INTERRUPTED = """
import os, signal, sys, threading
from accredit.cli.tools.databases import copied

def say(table, rows):
    if table == "sessions" and rows == 5_000:
        threading.Timer(DELAY, os.kill, (os.getpid(), signal.SIGINT)).start()

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where the tests run in the background
try:
    copied(sys.argv[1], sys.argv[2], replace=True, say=say)
except KeyboardInterrupt:
    print("interrupted")
"""


def interrupted(source: str, target: str, delay_s: float) -> tuple[int, str, str]:
    command = [sys.executable, "-c", INTERRUPTED.replace("DELAY", str(delay_s)), source, target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - ours
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("delay_s", [0.0, 0.05])
def test_an_interrupted_copy_ends_at_once_and_leaves_nothing(
    run: Run, many: str, postgresql: str, delay_s: float, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(many.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE sessions SET claims = ?", (f'{{"a": "{"x" * 2_000}"}}',))  # more than a socket holds
    assert interrupted(many, postgresql, delay_s) == (0, "interrupted\n", "")
    assert not any(contents(postgresql).values())
    assert run("db", "copy", many, postgresql).exit_code == 0
    again = f"sqlite:///{tmp_path}/again.db"
    assert interrupted(postgresql, again, delay_s) == (0, "interrupted\n", "")
    assert not any(contents(again).values())
