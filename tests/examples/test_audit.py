"""The guide of the audit trail works as it stands: switched on, asked, a person shown and erased."""

import asyncio
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.examples.running import code

from accredit import Exchange, Settings
from accredit.settings.load import load_settings
from accredit.storage import SqliteStorage
from accredit.testing import simulated

PAGE = "docs/guides/audit.md"
OWN = 'issuer = "https://login.example.com/"\n\n[clients.my-app]\nconnections = ["facebook"]\n\n'


@pytest.fixture
def subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let somebody log in where the page's settings are, and somebody else be refused; return who."""
    monkeypatch.chdir(tmp_path)
    [switched_on] = code(PAGE, "toml")
    Path("accredit.toml").write_text(
        f'{OWN}[connections.facebook]\napp_id = "1"\napp_secret = "s3cr3t-s3cr3t"\n\n{switched_on}', "utf-8"
    )
    return asyncio.run(logged_in(load_settings(Path("accredit.toml"), {})))


async def logged_in(settings: Settings) -> str:
    async with simulated("facebook") as providers:
        parts: dict[str, Any] = {**providers.parts(), "storage": SqliteStorage("accredit.db")}
        async with Exchange(providers.settings(settings), **parts) as exchange:
            login = providers.people.ada.login("facebook", client_id="my-app", scope="openid offline_access")
            tokens = await exchange(login.request)
            read = await exchange.authenticate(tokens.access_token.get_secret_value(), audience=None)
            return read.subject


def run(command: str, subject: str) -> "subprocess.CompletedProcess[str]":
    words = shlex.split(re.split(r" 2?>", command)[0].replace("facebook|1234", subject))
    assert words[0] == "accredit"
    call = [sys.executable, "-c", "from accredit.cli import main; main()", *words[1:]]
    return subprocess.run(call, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.slow
def test_the_page_does_what_it_says(subject: str) -> None:
    ask, person = (block.strip().splitlines() for block in code(PAGE, "sh"))
    about, refused = (run(command, subject) for command in ask)
    assert about.returncode == 0, about.stderr
    assert "exchange.accepted" in about.stdout
    assert (refused.returncode, refused.stdout) == (1, "")

    exported, erased = (run(command, subject) for command in person)
    assert exported.returncode == 0, exported.stderr
    found = json.loads(exported.stdout)
    assert [one["event"] for one in found["audit"]] == ["exchange.accepted"]
    assert len(found["sessions"]) == 1
    assert erased.stdout == f"{subject} is erased: 0 identities, 1 sessions\n"
    assert run(ask[0], subject).returncode == 1


@pytest.mark.slow
def test_the_program_of_the_page_runs(subject: str, capsys: pytest.CaptureFixture[str]) -> None:
    [program] = code(PAGE, "python")
    exec(program.replace("facebook|1234", subject), {"__name__": "__main__"})
    said = capsys.readouterr().out
    assert f"'subject': '{subject}'" in said
    assert "Erasure(identities=0, sessions=1, blocked=False, unrevoked=())" in said
