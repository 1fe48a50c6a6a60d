"""The guide of Authlib works as it stands, and so does its example."""

import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from tests.examples.running import EXAMPLES, code, functions_for_tests, running

from accredit.settings import TOKEN_EXCHANGE_GRANT
from accredit.sync import Verifier
from accredit.testing import Providers, serve, simulated
from accredit_facebook.simulator import FacebookSimulator

PAGE = "docs/guides/authlib.md"
SHOP = (EXAMPLES / "authlib/shop.py").read_text("utf-8")
_SHOP, TEST = code(PAGE, "python")
REAL, SIMULATED = code(PAGE, "toml")
INSTALL, RUN = code(PAGE, "sh")
BIN = Path(sys.executable).parent
SUBJECT_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"


def test_the_page_shows_the_file_as_it_is() -> None:
    assert _SHOP == SHOP


def test_its_connections_can_be_used() -> None:
    for tables in (REAL, SIMULATED):
        assert Verifier(connections=tomllib.loads(tables)).connections.keys() == {"facebook"}


def test_the_connection_of_a_try_is_the_simulators() -> None:
    assert tomllib.loads(SIMULATED)["facebook"] == FacebookSimulator().settings("http://127.0.0.1:9001")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand where the reader has put the file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "shop.py").write_text(SHOP, "utf-8")
    yield tmp_path
    sys.modules.pop("shop", None)


def test_a_host_s_own_test_passes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [test] = functions_for_tests(TEST)
    cast("Callable[[pytest.MonkeyPatch], None]", test)(monkeypatch)


@pytest.mark.slow
def test_its_commands_make_the_tables_and_serve_logins(folder: Path) -> None:
    variable, init, run = RUN.splitlines()
    environment = dict(one.split("=", 1) for one in shlex.split(variable)[1:])
    with serve(FacebookSimulator().app()) as provider:
        (folder / "connections.toml").write_text(SIMULATED.replace("http://127.0.0.1:9001", provider), "utf-8")
        words = shlex.split(init)
        subprocess.run([BIN / words[0], *words[1:]], env=environment, check=True, timeout=120)
        with running(run, folder, **environment) as url:
            login = {"client_id": "shop-app", "connection": "facebook", "access_token": "EAAsim-good-ada"}
            answer = httpx.post(f"{url}/oauth/access_token", json={**login, "scope": "offline_access"}, timeout=60)
            assert answer.json()["scope"] == "offline_access"
            assert answer.json()["refresh_token"]


@pytest.fixture
def providers() -> Iterator[Providers]:
    with simulated("facebook") as providers:
        yield providers


@pytest.fixture
def shop(folder: Path, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The example over HTTP, with its own database."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'shop.db'}")
    import shop  # type: ignore[import-not-found]  # the reader's own, in the folder of the test

    with Verifier(connections=providers.connections, transport=providers.transport) as verifier:
        app = shop.create_app(verifier)
        assert app.test_cli_runner().invoke(args=["init"]).exit_code == 0
        transport = httpx.WSGITransport(app=app)
        with httpx.Client(transport=transport, base_url="https://shop.example.com") as client:
            yield client
    with app.app_context():
        shop.db.engine.dispose()


def exchange(token: str, **more: Any) -> dict[str, Any]:
    return {
        "grant_type": TOKEN_EXCHANGE_GRANT,
        "client_id": "shop-app",
        "connection": "facebook",
        "subject_token": token,
        "subject_token_type": SUBJECT_TOKEN_TYPE,
        **more,
    }


def test_a_user_logs_in_over_both_wires(shop: httpx.Client, providers: Providers) -> None:
    login = providers.people.ada.login(client_id="shop-app", scope="profile read:orders everything")
    first = shop.post("/oauth/access_token", json=login)
    assert (first.status_code, first.json()["scope"]) == (200, "profile read:orders")
    second = shop.post("/oauth/token", data=exchange(login["access_token"]))
    assert (second.status_code, second.json()["issued_token_type"]) == (200, SUBJECT_TOKEN_TYPE)
    assert first.json()["access_token"] != second.json()["access_token"]


def test_a_token_of_another_app_is_refused_over_both(shop: httpx.Client, providers: Providers) -> None:
    stolen = providers.people.ada.login(client_id="shop-app", token="foreign_app")
    refused = (
        shop.post("/oauth/access_token", json=stolen),
        shop.post("/oauth/token", data=exchange(stolen["access_token"])),
    )
    assert {(one.status_code, one.json()["error_description"]) for one in refused} == {
        (401, "invalid access_token: invalid_token")
    }
