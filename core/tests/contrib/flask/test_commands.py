"""`flask accredit …`: the commands, with the settings and the storage of the app."""

import importlib.util
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from core.tests.contrib.flask.shop import bearing, log_in, shop, token_of
from flask import Flask

from accredit.keys import KeyFile


def run(app: Flask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["accredit", *args])


@pytest.fixture
def app() -> Flask:
    return shop()


def test_users_of_the_app_are_blocked_in_its_own_storage(app: Flask) -> None:
    token = token_of(app)
    ran = run(app, "subjects", "block", "acme|1000")
    assert (ran.exit_code, ran.output) == (0, "acme|1000 is blocked\n")
    assert app.test_client().get("/login/userinfo", headers=bearing(token)).status_code == 401
    assert log_in(app).status_code == 401
    assert run(app, "subjects", "end-session", "nothing").exit_code == 1


def test_what_another_package_knows_goes_into_the_storage_of_the_app(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """
            CREATE TABLE user (id INTEGER);
            CREATE TABLE flask_dance_oauth (id INTEGER, provider TEXT, provider_user_id TEXT, user_id INTEGER);
            INSERT INTO user VALUES (42);
            INSERT INTO flask_dance_oauth VALUES (1, 'acme', '1000', 42);
            """
        )
    ran = run(app, "import", "flask-dance", "--from", f"sqlite:///{path}", "--connection", "acme=acme", "--write")
    assert (ran.exit_code, ran.output.splitlines()[-1]) == (0, "entered: 1 row"), ran.output
    who = app.test_client().get("/login/userinfo", headers=bearing(token_of(app)))
    assert who.get_json()["sub"] == "42"


def test_the_keys_of_the_app_are_looked_after(tmp_path: Path) -> None:
    KeyFile(tmp_path / "keys.json").load("RS256")
    app = shop(settings={"keys": {"path": str(tmp_path / "keys.json")}})
    assert [one["state"] for one in json.loads(run(app, "keys", "list", "--json").output)] == ["current", "next"]


def test_the_doctor_looks_at_the_app(app: Flask) -> None:
    found = json.loads(run(app, "doctor", "--offline", "--json").output)["findings"]
    assert [one["about"] for one in found if one["check"] == "storage"] == ["the storage of the Flask app 'shop'"]


def test_a_token_is_explained_by_the_connections_of_the_app(app: Flask) -> None:
    ran = app.test_cli_runner().invoke(args=["accredit", "explain", "--connection", "myspace"], input="token\n")
    assert ran.exit_code == 2
    assert "myspace" in ran.output


def test_help_is_that_of_the_commands(app: Flask) -> None:
    ran = run(app, "keys", "--help")
    assert ran.exit_code == 0
    assert "Usage: flask accredit keys" in ran.output
    assert "Social login" in app.test_cli_runner().invoke(args=["--help"]).output


def test_without_the_extra_of_the_command_line_a_sentence_says_what_to_install(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> Any:
        return None if name == "typer" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    ran = run(app, "doctor")
    assert ran.exit_code == 2
    assert ran.output == 'accredit: flask accredit needs typer: pip install "accredit[cli]"\n'
