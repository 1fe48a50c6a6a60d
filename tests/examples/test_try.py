"""The page "Try it without an account" works as it stands, with the example of FastAPI for a server."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.documents.blocks import ROOT
from tests.examples.running import EXAMPLES, code, running

pytestmark = pytest.mark.slow

PAGE = "docs/guides/try-without-an-account.md"
SIMULATE, EXPORTS, LOG_IN, CALL = code(PAGE, "sh")
ROW = re.compile(r"^\| `(EAAsim-[^`]+)` \|.+\| ([0-9]{3}) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Do what the page says until there is something to log in to; ports are free ones."""
    folder: Path = tmp_path_factory.mktemp("try")
    shutil.copytree(EXAMPLES / "fastapi", folder, dirs_exist_ok=True)
    with running(SIMULATE.partition(" --port")[0], folder) as provider:
        lines = EXPORTS.replace("http://127.0.0.1:9001", provider).splitlines()
        variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        with running("uvicorn --factory shop:create_app", folder, **variables) as url:
            yield url


def curl(command: str, server: str) -> httpx.Response:
    words = shlex.split(command.replace("\\\n", " ").replace("http://127.0.0.1:8000", server))[1:]
    options = dict(zip(words[::2], words[1::2], strict=True))
    name, _, value = options["--header"].partition(": ")
    body = options.get("--data", "")
    return httpx.request(options["--request"], options["--url"], headers={name: value}, content=body, timeout=60)


def test_who_logs_in_may_call_the_route(server: str) -> None:
    login = curl(LOG_IN, server)
    assert login.status_code == 200
    assert curl(CALL, server).status_code == 401
    answer = curl(CALL.replace("PASTE-IT-HERE", login.json()["access_token"]), server)
    assert (answer.status_code, list(answer.json())) == (200, ["orders of"])


def test_every_token_of_the_table_is_answered_as_it_says(server: str) -> None:
    rows = ROW.findall((ROOT / PAGE).read_text("utf-8"))
    assert len(rows) == 4
    for token, status in rows:
        assert curl(LOG_IN.replace("EAAsim-good-ada", token), server).status_code == int(status), token
