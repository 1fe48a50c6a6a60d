"""`accredit import`: what is in another package's tables, told first and entered then."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from core.tests.cli.conftest import Install, Run

from accredit.cli import extras
from accredit.storage import SqliteStorage

TABLES = """
CREATE TABLE auth_user (id INTEGER PRIMARY KEY, is_active BOOL);
CREATE TABLE social_auth_usersocialauth (id INTEGER PRIMARY KEY, provider TEXT, uid TEXT, user_id INTEGER);
INSERT INTO auth_user VALUES (1, 1), (2, 0);
INSERT INTO social_auth_usersocialauth VALUES (1, 'fake', '007', 1), (2, 'fake', 'ada@example.com', 2);
"""
SOURCE = ("import", "social-auth-app-django")


@pytest.fixture
def old(tmp_path: Path) -> str:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(TABLES)
    return f"sqlite:///{path}"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


@pytest.fixture
def config(tmp_path: Path, site: Path, install: Install, database: Path) -> str:
    install(site)
    path = tmp_path / "accredit.toml"
    path.write_text(
        'issuer = "https://login.example.com/"\n'
        f'[storage]\nurl = "sqlite:///{database}"\n'
        '[connections.fake]\napp_id = "1"\napp_secret = "unset"\n'
    )
    return str(path)


def identities(database: Path, subject: str) -> tuple[tuple[str, str], ...]:
    async def look() -> tuple[tuple[str, str], ...]:
        storage = SqliteStorage(str(database))
        await storage.open()
        found = await storage.identities(subject)
        await storage.close()
        return found

    return asyncio.run(look())


def test_without_write_nothing_is_made_and_the_report_says_what_would_be(
    run: Run, config: str, old: str, database: Path
) -> None:
    told = run(*SOURCE, "--from", old, "--config", config, "--connection", "fake=fake", "--same-app", "fake")

    assert told.exit_code == 0, told.output
    assert not database.exists()
    assert "its id is an e-mail address, which is no id" in told.stdout
    assert told.stdout.endswith("would be entered: 2 rows; --write does it\n")
    assert "ada@example.com" not in told.output


def test_with_write_it_is_entered_and_a_second_run_enters_nothing(
    run: Run, config: str, old: str, database: Path
) -> None:
    options = ("--from", old, "--config", config, "--connection", "fake=fake", "--same-app", "fake", "--write")
    done = run(*SOURCE, *options)

    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("entered: 2 rows\n")
    assert identities(database, "1") == (("fake", "007"),)
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["subject.blocked", "subject.linked"]
    again = run(*SOURCE, *options)
    assert again.stdout.endswith("entered: 0 rows\n")
    assert again.stderr == ""
    dry = run(*SOURCE, *options[:-1], "--dry-run")
    assert dry.stdout.endswith("would be entered: 0 rows; --write does it\n")


def test_json_has_every_row_that_was_left_out(run: Run, config: str, old: str) -> None:
    told = run(*SOURCE, "--from", old, "--config", config, "--json")

    report = json.loads(told.stdout)
    assert (report["written"], report["changes"]) == (False, 1)
    assert {row["row"] for row in report["left_out"]} >= {
        "social_auth_usersocialauth 1",
        "social_auth_usersocialauth 2",
    }


def test_the_url_may_come_from_the_environment(run: Run, config: str, old: str) -> None:
    assert run(*SOURCE, "--config", config, env={"OLD_DATABASE_URL": old}).exit_code == 0


def test_a_note_and_what_to_write_into_the_settings_are_shown(run: Run, config: str, tmp_path: Path) -> None:
    path = tmp_path / "authlib.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """
            CREATE TABLE user (id INTEGER PRIMARY KEY);
            CREATE TABLE oauth2_client (client_id TEXT, client_metadata TEXT);
            CREATE TABLE oauth2_token (id INTEGER, user_id INTEGER, client_id TEXT, refresh_token TEXT, scope TEXT,
                                       issued_at INTEGER);
            INSERT INTO oauth2_client VALUES ('an-app', '{"token_endpoint_auth_method": "none"}');
            """
        )
    told = run("import", "authlib", "--from", f"sqlite:///{path}", "--config", config)

    assert told.exit_code == 0, told.output
    assert "note: table 'user' has no column is_active or active: everybody counts as active\n" in told.stdout
    assert '[clients."an-app"]\nconnections = ["fake"]\n' in told.stdout


def test_a_source_that_there_is_not_is_told_with_those_that_there_are(run: Run, config: str, old: str) -> None:
    refused = run("import", "allauth", "--from", old, "--config", config)

    assert refused.exit_code == 2
    assert refused.stderr == (
        "accredit: there is no source 'allauth'; there is: django-allauth, social-auth-app-django,"
        " django-oauth-toolkit, flask-dance, authlib\n"
    )


@pytest.mark.parametrize("pair", ["fake", "=fake", "fake="])
def test_a_pair_that_is_none_is_refused(run: Run, config: str, old: str, pair: str) -> None:
    refused = run(*SOURCE, "--from", old, "--config", config, "--connection", pair)

    assert refused.exit_code == 2
    assert "write it as NAME=VALUE" in refused.stderr


def test_a_storage_in_memory_is_refused(run: Run, config: str, old: str) -> None:
    refused = run(*SOURCE, "--from", old, "--config", config, env={"ACCREDIT_STORAGE__URL": "memory://"})

    assert refused.exit_code == 2
    assert "storage.url is memory://, which only the serving process can see; name a database" in refused.stderr


def test_a_storage_that_fails_is_told(run: Run, config: str, old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from accredit.errors import StorageFailed

    async def fail(*_: object, **__: object) -> None:
        raise StorageFailed("disk full")

    monkeypatch.setattr(SqliteStorage, "set_blocked", fail)
    refused = run(*SOURCE, "--from", old, "--config", config, "--write")

    assert refused.exit_code == 2
    told = "accredit: the storage cannot be used now: disk full; run it again, and it goes on\n"
    assert refused.stderr == told


def test_without_its_extra_the_command_says_what_to_install(
    run: Run, config: str, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "_PACKAGES", {"sql": ("no_such_package",)})
    refused = run(*SOURCE, "--from", old, "--config", config)

    assert refused.exit_code == 2
    assert refused.stderr == 'accredit: accredit import needs no_such_package: pip install "accredit[sql]"\n'
