"""The guide to moving in works as it stands, with a Django project that its packages' own code has filled."""

import base64
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from core.tests.importers.conftest import OldServer, filled
from tests.documents.blocks import ROOT
from tests.examples.running import code, names_of, running

PAGE = "docs/guides/moving-in.md"
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> OldServer:
    """Return a Django project's database."""
    path = tmp_path_factory.mktemp("old") / "db.sqlite3"
    return filled(str(path), f"sqlite:///{path}")


@pytest.fixture
def folder(tmp_path: Path, old: OldServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside the settings file of the page, and a copy of the old database."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "accredit.toml").write_text(code(PAGE, "toml")[0], "utf-8")
    shutil.copy(old.url.removeprefix("sqlite:///"), tmp_path / "old.db")
    return tmp_path


def printed(command: str) -> str:
    """Run a command of the page, with the variable that names the old database; returns what it prints."""
    words = shlex.split(command)
    environment = {**os.environ, "OLD_DATABASE_URL": "sqlite:///old.db"}
    done = subprocess.run([BIN / words[0], *words[1:]], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_it_installs_is_there_to_be_installed() -> None:
    _, _, *names = shlex.split(code(PAGE, "sh")[0])
    known = {"accredit", *(f"accredit-{plugin.name}" for plugin in (ROOT / "plugins").iterdir())}
    assert {name.partition("[")[0] for name in names} <= known


def test_the_commands_bring_users_along_and_nobody_is_logged_out(folder: Path, old: OldServer) -> None:
    look, write, look_again, write_again = code(PAGE, "sh")[1].splitlines()
    assert printed(look).splitlines()[-1] == "would be entered: 4 rows; --write does it"
    assert not (folder / "accredit.db").exists()
    assert printed(write).splitlines()[-1] == "entered: 4 rows"
    assert printed(write).splitlines()[-1] == "entered: 0 rows"
    assert "would be entered: 2 rows" in printed(look_again)
    assert printed(write_again).splitlines()[-1] == "entered: 2 rows"

    with running("accredit serve --config accredit.toml", folder) as url:
        form = {"grant_type": "refresh_token", "client_id": "my-app", "refresh_token": old.tokens["ada"]}
        answer = httpx.post(f"{url}/oauth/token", data=form)
        assert (answer.status_code, answer.json()["scope"]) == (200, "read:orders")
        _, payload, _ = answer.json()["access_token"].split(".")
        assert json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"] == old.users["ada"]


def test_the_report_on_the_page_is_the_one_that_is_printed(folder: Path) -> None:
    shown = next(one for one in code(PAGE, "text") if one.startswith("what"))
    words = [line.split() for line in printed(code(PAGE, "sh")[1].splitlines()[0]).splitlines()]
    for line in shown.splitlines():
        begin = line.split()[:4]
        assert begin in [one[: len(begin)] for one in words]


def test_the_program_says_what_would_be_entered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [program] = code(PAGE, "python")
    report = names_of(program)["report"]

    assert (report.written, report.changes) == (False, 6)
    assert "identity left out 1 its id is an e-mail address" in capsys.readouterr().out


def test_afterwards_no_token_of_a_provider_is_left(folder: Path) -> None:
    with closing(sqlite3.connect("old.db")) as database:
        database.executescript(code(PAGE, "sql")[0])
        assert database.execute("SELECT count(*) FROM socialaccount_socialtoken").fetchone() == (0,)
        extra = database.execute("SELECT DISTINCT extra_data FROM social_auth_usersocialauth").fetchall()
    assert extra == [("{}",)]
