"""`accredit db`, on both databases."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from accredit.storage.schema.connections import on_databases
from accredit.storage.schema.revisions import HEAD

if TYPE_CHECKING:
    from pathlib import Path

    from core.tests.cli.conftest import Run
    from sqlalchemy import Connection


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/accredit.db"
    found: str = request.getfixturevalue("postgres_database").url()
    return found


def execute(url: str, *statements: str) -> None:
    def work(connection: Connection) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()

    on_databases(work, url)


def test_upgrade_makes_the_schema_says_each_step_and_does_nothing_twice(run: Run, url: str) -> None:
    done = run("db", "upgrade", "--url", url)
    assert done.exit_code == 0
    assert done.stdout.endswith(f": revision {HEAD}, was empty\n")
    assert [line for line in done.stderr.splitlines() if "0002" in line] == ["accredit: revision 0002 is done"]
    again = run("db", "upgrade", "--url", url)
    assert (again.exit_code, again.stderr) == (0, "")
    assert again.stdout.endswith(f": revision {HEAD}, was there already\n")


def test_upgrade_goes_as_far_as_it_is_told(run: Run, url: str) -> None:
    assert run("db", "upgrade", "--to", "0002", "--url", url).exit_code == 0
    assert json.loads(run("db", "current", "--json", "--url", url).stdout)["revision"] == "0002"
    unknown = run("db", "upgrade", "--to", "0815", "--url", url)
    assert unknown.exit_code == 2
    assert "there is no revision 0815; there is: 0001, 0002, 0003" in unknown.stderr


def test_a_sqlite_database_that_is_made_is_its_owners_only(run: Run, tmp_path: Path) -> None:
    run("db", "upgrade", "--url", f"sqlite:///{tmp_path}/accredit.db")
    assert stat.S_IMODE((tmp_path / "accredit.db").stat().st_mode) == 0o600


def test_current_shows_who_can_use_it(run: Run, url: str) -> None:
    assert "revision none, it is empty" in run("db", "current", "--url", url).stdout
    run("db", "upgrade", "--url", url)
    shown = run("db", "current", "--url", url)
    assert f"revision {HEAD}\nthis version: revision {HEAD}\nservers that can use it: " in shown.stdout
    assert "postgres@" not in shown.stdout


def test_check_fails_until_the_upgrade_is_done(run: Run, url: str) -> None:
    pending = run("db", "check", "--url", url)
    assert (pending.exit_code, pending.stdout.partition(": ")[2]) == (
        1,
        f"revision none; `accredit db upgrade` brings it to {HEAD}\n",
    )
    run("db", "upgrade", "--url", url)
    done = run("db", "check", "--url", url)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith(f": revision {HEAD}, as this version needs it\n")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("ALTER TABLE refresh_tokens DROP COLUMN successors", "refresh_tokens has no column successors BIGINT NOT"),
        ("DROP TABLE used_ids", "there is no table used_ids"),
        ("ALTER TABLE subjects ADD COLUMN note TEXT", ""),
        ("CREATE INDEX mine ON sessions (auth_time)", ""),
    ],
)
def test_check_says_what_somebody_has_changed_unless_it_is_only_more(
    run: Run, url: str, damage: str, said: str
) -> None:
    run("db", "upgrade", "--url", url)
    execute(url, damage)
    checked = run("db", "check", "--url", url)
    assert checked.exit_code == (1 if said else 0)
    assert f": {said}" in checked.stdout


def test_check_sees_an_index_that_is_gone_and_a_column_that_must_be_given(run: Run, url: str) -> None:
    run("db", "upgrade", "--url", url)
    index = "refresh_tokens_session" if url.startswith("sqlite") else "ix_refresh_tokens_session_id"
    execute(url, f"DROP INDEX {index}", "DROP TABLE used_ids", "CREATE TABLE used_ids (jti TEXT, note TEXT NOT NULL)")
    checked = run("db", "check", "--url", url)
    assert checked.exit_code == 1
    assert "refresh_tokens has no index (session_id)\n" in checked.stdout
    assert "used_ids has a column note TEXT NOT NULL\n" in checked.stdout


@pytest.mark.parametrize("command", ["check", "upgrade"])
def test_a_newer_database_is_refused(run: Run, url: str, command: str) -> None:
    run("db", "upgrade", "--url", url)
    execute(url, "UPDATE alembic_version SET version_num = '9999', runs_with = '9999'")
    refused = run("db", command, "--url", url)
    assert refused.exit_code == 2
    assert "newer Accredit" in refused.stderr


def test_a_newer_database_that_lets_this_version_run_is_fine(run: Run, url: str) -> None:
    run("db", "upgrade", "--url", url)
    execute(url, f"UPDATE alembic_version SET version_num = '9999', runs_with = '{HEAD}'")  # noqa: S608 - our own constant
    assert run("db", "check", "--url", url).exit_code == 0
    assert run("db", "upgrade", "--url", url).exit_code == 0


@pytest.mark.parametrize("command", ["check", "upgrade"])
def test_another_programs_database_is_refused(run: Run, url: str, command: str) -> None:
    execute(
        url,
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('ae1027a6acf1')",
    )
    refused = run("db", command, "--url", url)
    assert refused.exit_code == 2
    assert "another program's" in refused.stderr


def test_downgrade_says_what_is_lost_and_needs_a_word(run: Run, url: str) -> None:
    run("db", "upgrade", "--url", url)
    asked = run("db", "downgrade", "--to", "0002", "--url", url)
    assert asked.exit_code == 0
    assert "0003 back: would be lost: everything on PostgreSQL, nothing on SQLite" in asked.stdout
    assert "nothing was changed" in asked.stdout
    assert json.loads(run("db", "current", "--json", "--url", url).stdout)["revision"] == HEAD
    done = run("db", "downgrade", "--to", "0002", "--yes", "--url", url)
    assert done.exit_code == 0
    assert done.stdout.endswith(": revision 0002\n")
    assert "accredit: revision 0002 is done" in done.stderr
    assert "nothing is to be taken back" in run("db", "downgrade", "--to", "0002", "--yes", "--url", url).stdout
    assert run("db", "upgrade", "--url", url).exit_code == 0
    assert run("db", "check", "--url", url).exit_code == 0


def test_the_settings_say_which_database(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "accredit.toml"
    config.write_text('issuer = "https://login.example.com"\n[storage]\nurl = "sqlite:///kept.db"\n', "utf-8")
    done = run("db", "upgrade", "--config", str(config))
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "kept.db").exists()
    config.write_text('issuer = "https://login.example.com"\n[storage]\nurl = "memory://"\n', "utf-8")
    refused = run("db", "upgrade", "--config", str(config))
    assert refused.exit_code == 2
    assert "memory://" in refused.stderr


@pytest.mark.parametrize("url", ["mysql://root:hunter2@db/x", "postgresql://ada:hunter2@/x?host=/nowhere"])
def test_a_database_that_cannot_be_had_is_refused_without_its_password(run: Run, url: str) -> None:
    refused = run("db", "current", "--url", url)
    assert refused.exit_code == 2
    assert "hunter2" not in refused.stderr + refused.stdout


def test_what_is_no_database_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "accredit.db"
    path.write_bytes(b"this is not a database" * 100)
    refused = run("db", "check", "--url", f"sqlite:///{path}")
    assert refused.exit_code == 2
    assert "file is not a database" in refused.stderr
