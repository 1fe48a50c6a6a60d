"""Every code block of the documentation runs, or is checked for what it is.

The pages' settings name providers; here the environment points them at the simulators, as an operator would.
"""

import asyncio
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.registry import Collector
from tests.clients.node.__main__ import PAGE as NODE_PAGE
from tests.conftest import Bench
from tests.documents.blocks import ROOT, STORIES, Block, blocks, blocks_of, pages
from tests.environment import environment_of

from accredit import Exchange, load_settings
from accredit.plugins import load_connections, make_plugin_manager
from accredit.storage.migrate import migrate

pytestmark = pytest.mark.slow

NOT_RUN = re.compile(r"(//|#|--|;) Not run here: \w")
"""How the first line of a block says why it is not run."""
BIN = Path(sys.executable).parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connections: dict[str, dict[str, Any]]) -> Path:
    """Stand in an empty folder with the README's accredit.toml, and every provider simulated."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment_of(connections).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "accredit.toml").write_text(
        next(one.code for one in blocks("toml") if one.page == "README.md"), "utf-8"
    )
    return tmp_path


def test_every_block_runs_or_says_why_not() -> None:
    others = [block for block in blocks() if block.language not in {"python", "toml", "json", "sh", "text"}]
    others = [block for block in others if (block.language, block.page) != ("javascript", NODE_PAGE)]
    assert [str(block) for block in others if not NOT_RUN.match(block.code)] == []
    assert len(blocks()) > 20


def test_no_block_is_hidden_from_these_tests() -> None:
    # Within a list, or with more marks than three, a block would be shown and never run.
    hidden = re.compile(r"^([ \t]+```|````)", re.MULTILINE)
    assert [str(page) for page in pages() if hidden.search(page.read_text("utf-8"))] == []


def test_every_story_has_blocks_to_tell() -> None:
    assert "docs/tutorials/write-a-connection.md" in STORIES
    assert [page for page in STORIES if len(blocks_of(page)) < 3] == []


def test_plain_text_hides_no_command() -> None:
    commands = re.compile(r"^\s*(\$|accredit |curl |pip |python3? )", re.MULTILINE)
    assert [str(block) for block in blocks("text") if commands.search(block.code)] == []


@pytest.fixture
def metrics_end(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take what a program registers at Prometheus out again: there is one registry for all tests of a process."""
    registered: list[Collector] = []
    register = REGISTRY.register

    def remembered(collector: Collector) -> None:
        register(collector)
        registered.append(collector)

    monkeypatch.setattr(REGISTRY, "register", remembered)
    yield
    for collector in registered:
        REGISTRY.unregister(collector)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
@pytest.mark.usefixtures("metrics_end")
def test_python_runs(block: Block, folder: Path) -> None:
    exec(compile(block.code, str(block), "exec"), {"__name__": "__main__", "__file__": str(folder / "program.py")})


def test_the_readme_tells_who_somebody_is(folder: Path, bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    block = next(one for one in blocks("python") if one.page == "README.md" and "who_is" in one.code)
    names: dict[str, Any] = {}
    exec(compile(block.code, str(block), "exec"), names)
    with caplog.at_level("INFO", logger="shop"):
        status, body = asyncio.run(names["who_is"](bench.good("facebook")["access_token"]))
        assert (status, body["name"]) == (200, "Ada Lovelace")
        assert re.fullmatch(r"facebook\|\d+", body["user"])
        assert [record for record in caplog.records if record.name == "shop"] == []
        answers = {
            sample.name: asyncio.run(names["who_is"](sample.parameters["access_token"]))
            for sample in bench.simulators["facebook"].samples()
            if sample.expected in {"invalid_token", "wrong_audience"} and sample.field == "access_token"
        }
    refused = {"error": "invalid_request", "error_description": "invalid access_token: invalid_token"}
    assert list(answers.values()) == [(401, refused)] * len(answers)
    lines = [record.getMessage() for record in caplog.records if record.name == "shop"]
    logged = {line.removeprefix("login refused: ").partition(" ")[0] for line in lines}
    assert logged == {"invalid_token", "wrong_audience"}


@pytest.mark.parametrize("page", ["README.md", "docs/guides/embed.md"])
def test_the_endpoint_is_mounted_where_its_issuer_says(
    page: str, folder: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mount = next(one for one in blocks("python") if one.page == page and "Mount(" in one.code)
    issuers = [tomllib.loads(one.code).get("issuer", "") for one in blocks("toml") if one.page == page]
    [issuer] = [one for one in issuers if one.endswith("/login/")]
    monkeypatch.setenv("ACCREDIT_ISSUER", issuer)
    names: dict[str, Any] = {}
    exec(compile(mount.code, str(mount), "exec"), names)

    async def look() -> None:
        transport = httpx.ASGITransport(names["app"])
        async with names["exchange"], httpx.AsyncClient(transport=transport) as client:
            document = (await client.get(f"{issuer}.well-known/openid-configuration")).json()
            assert document["issuer"] == issuer
            for name, address in document.items():
                if name.endswith(("_endpoint", "_uri")):
                    assert (await client.get(address)).status_code in {200, 401, 405}, name
            root = "/.well-known/oauth-authorization-server/login"
            assert (await client.get(str(httpx.URL(issuer).join(root)))).json() == document
            request = {"client_id": "my-app", "connection": "facebook", **bench.good("facebook")}
            login = await client.post(f"{issuer}oauth/access_token", json=request)
            assert login.status_code == 200

    with caplog.at_level("INFO", logger="accredit"):
        asyncio.run(look())
    events = [json.loads(record.getMessage())["event"] for record in caplog.records if record.name == "accredit"]
    assert events[-1] == "exchange.accepted"
    assert "host.issuer_mismatch" not in events


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_toml_is_a_configuration_that_starts(block: Block, tmp_path: Path) -> None:
    tables = tomllib.loads(block.code)
    if "issuer" not in tables:
        tables["issuer"] = "https://login.example.com/"
        block = Block(block.page, block.line, block.language, f'issuer = "{tables["issuer"]}"\n{block.code}')
    (tmp_path / "accredit.toml").write_text(block.code, "utf-8")
    settings = load_settings(tmp_path / "accredit.toml", {})
    connections, disabled = load_connections(settings.connections, make_plugin_manager())
    assert set(connections) | disabled == set(tables.get("connections", {}))


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    assert json.loads(block.code)


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands_work(block: Block, folder: Path, bench: Bench) -> None:
    for command in block.code.replace("\\\n", " ").splitlines():
        if command.strip() and not command.startswith("#"):
            run(shlex.split(command, comments=True), bench)


def run(words: list[str], bench: Bench) -> None:
    match words:
        case ["python3", "-m", "venv", *_]:  # the two commands of the README: a run of this suite is one of them
            assert words[-2:-1] == ["-s"]
        case ["pip", "install", *names]:
            distributions = {"accredit", *(f"accredit-{plugin.name}" for plugin in (ROOT / "plugins").iterdir())}
            assert {name.partition("[")[0] for name in names} <= distributions
        case ["nox", "-s", session, *_]:
            assert f"def {session}(session" in (ROOT / "noxfile.py").read_text("utf-8")
        case ["accredit", "serve" | "dev", *_]:
            starts_and_stops([*words, "--port", "0"])
        case ["accredit", "explain", "--connection", name, *_, "<", _]:
            command, token = [str(BIN / words[0]), *words[1:-2]], bench.good(name)["access_token"]
            done = subprocess.run(command, input=token, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        case ["accredit", *_]:
            if words[1] == "subjects":  # they are looked up where a server has made its database
                migrate(Path("accredit.db"))
            done = subprocess.run([BIN / words[0], *words[1:]], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        case ["curl", *options]:
            assert curl(options, bench).status_code == 200
        case [variable] if "=" in variable:
            assert variable.startswith("ACCREDIT_")
        case _:
            pytest.fail(f"the documentation shows a command that no test knows: {words[0]}")


def starts_and_stops(words: list[str]) -> None:
    process = subprocess.Popen(
        [BIN / words[0], *words[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            pytest.fail(f"{' '.join(words)} ended: {said}")
        assert httpx.get(f"{address[0]}/.well-known/jwks.json").status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0


def curl(options: list[str], bench: Bench) -> httpx.Response:
    """Send what a curl command line says to the server under test, with a token that is good there."""
    values: dict[str, list[str]] = {}
    for name, value in zip(options[::2], options[1::2], strict=True):
        values.setdefault(name, []).append(value)
    url = values["--url"][0].replace("http://127.0.0.1:8000", bench.url)
    body = json.loads(values["--data"][0])
    body["access_token"] = bench.good(body["connection"])["access_token"]
    headers = dict(header.split(": ", 1) for header in values["--header"])
    return httpx.request(values["--request"][0], url, headers=headers, content=json.dumps(body))


async def test_a_host_brings_its_own_user_and_asks_who_calls(folder: Path, bench: Bench) -> None:
    block = next(one for one in blocks("python") if one.page == "docs/guides/embed.md" and "authenticate" in one.code)
    names: dict[str, Any] = {}
    exec(compile(block.code, str(block), "exec"), names)
    async with Exchange(load_settings(folder / "accredit.toml")) as exchange:
        first = await names["log_in"](exchange, bench.good("facebook")["access_token"])
        second = await names["go_on"](exchange, first.refresh_token.get_secret_value())
        for tokens in (first, second):
            status, headers, body = await names["orders"](exchange, tokens.access_token.get_secret_value())
            assert (status, headers) == (200, {})
            assert re.fullmatch(r"the orders of user-\d+", body)
        refused = (401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        assert (await names["orders"](exchange, "another's"))[:2] == refused
