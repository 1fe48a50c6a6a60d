"""The guide of Flask works as it stands, and so does its example."""

import logging
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask
from sqlalchemy import inspect
from tests.environment import environment_of
from tests.examples.running import EXAMPLES, code, functions_for_tests, names_of, running

from accredit.contrib.flask import Accredit
from accredit.testing import People, Providers, Simulator, simulated

PAGE = "docs/guides/flask.md"
SHOP = (EXAMPLES / "flask/shop.py").read_text("utf-8")
_SHOP, VIEWS, MODELS, SIGNALS, TEST = code(PAGE, "python")
INSTALL, RUN, COMMANDS = code(PAGE, "sh")
BIN = Path(sys.executable).parent


def test_the_page_shows_the_file_as_it_is() -> None:
    assert _SHOP == SHOP
    assert len(SHOP.splitlines()) < 70


def test_what_it_installs_is_there_to_be_installed() -> None:
    assert INSTALL == "pip install 'accredit[flask,sql,cli]' accredit-facebook flask-sqlalchemy\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand where the reader has put the file.

    That is not below the environment: Flask would take the app for installed, and keep its database for the next run.
    """
    assert not tmp_path.is_relative_to(Path(sys.prefix).resolve())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "shop.py").write_text(SHOP, "utf-8")
    yield tmp_path
    sys.modules.pop("shop", None)


def test_a_host_s_own_test_passes(folder: Path) -> None:
    [test] = functions_for_tests(TEST)
    test()
    from shop import db  # type: ignore[import-not-found]  # the reader's own, in the folder of the test

    for engines in db._app_engines.values():  # a reader's tests leave that to the end of the process
        engines[None].dispose()
    assert list(folder.glob("*.*")) == [folder / "shop.py"]


@pytest.mark.slow
def test_its_commands_make_the_tables_examine_the_app_and_serve_it(
    folder: Path, connections: dict[str, dict[str, Any]], simulators: dict[str, Simulator]
) -> None:
    exports, init, doctor, run = RUN.splitlines()
    environment = dict(one.split("=", 1) for one in shlex.split(exports)[1:])
    environment |= environment_of({"facebook": connections["facebook"]})

    def ran(command: str, code: int = 0) -> str:
        words = shlex.split(command)
        done = subprocess.run(
            [BIN / words[0], *words[1:]], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    ran(init)
    assert "0 failed" in ran(f"{doctor} --offline")
    with running(run.replace(" --debug", ""), folder, **environment) as url:
        assert httpx.get(f"{url}/login/readyz", timeout=60).json() == {"status": "ready"}
        token = simulators["facebook"].samples()[0].parameters
        body = {"client_id": "shop-app", "connection": "facebook", "scope": "read:orders", **token}
        answer = httpx.post(f"{url}/login/oauth/access_token", json=body, timeout=60)
        assert httpx.get(f"{url}/orders", headers=bearer(answer), timeout=60).json() == {"orders of": "Ada Lovelace"}
        assert httpx.get(f"{url}/orders", timeout=60).headers["www-authenticate"] == "Bearer"
    keys, block = COMMANDS.splitlines()
    assert "current" in ran(keys)
    assert ran(block) == "42 is blocked\n"
    assert ran("flask --app shop accredit subjects show 1").startswith("1: not blocked\n  facebook ")


@pytest.fixture
def providers() -> Iterator[Providers]:
    with simulated("facebook") as providers:
        yield providers


@pytest.fixture
def people(providers: Providers) -> People:
    return providers.people


@pytest.fixture
def shop(folder: Path, providers: Providers, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The example over HTTP, with its own database."""
    for name, value in environment_of(providers.connections).items():
        monkeypatch.setenv(name, value)
    import shop

    parts: dict[str, Any] = dict(providers.parts())
    del parts["storage"]
    app = shop.create_app({"ACCREDIT_PARTS": parts})
    app.test_cli_runner().invoke(args=["init-db"])
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="https://shop.example.com") as client:
        yield client
    with app.app_context():
        shop.db.engine.dispose()


def login(shop: httpx.Client, body: Any) -> httpx.Response:
    return shop.post("/login/oauth/access_token", json=body)


def bearer(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_who_logs_in_may_call_the_api_and_refresh_and_log_out(shop: httpx.Client, people: People) -> None:
    first = login(shop, people.ada.login(client_id="shop-app", scope="openid offline_access read:orders"))
    assert shop.get("/orders", headers=bearer(first)).json() == {"orders of": "Ada Lovelace"}
    assert shop.get("/login/userinfo", headers=bearer(first)).json()["sub"] == "1"
    refresh = {"grant_type": "refresh_token", "client_id": "shop-app", "refresh_token": first.json()["refresh_token"]}
    second = shop.post("/login/oauth/token", data=refresh)
    assert shop.get("/orders", headers=bearer(second)).json() == {"orders of": "Ada Lovelace"}
    shop.post("/login/oauth/revoke", data={"client_id": "shop-app", "token": second.json()["refresh_token"]})
    assert shop.get("/orders", headers=bearer(second)).status_code == 401


def test_who_may_not_is_told_as_the_contract_says(shop: httpx.Client, people: People) -> None:
    assert shop.get("/orders").headers["www-authenticate"] == "Bearer"
    narrow = login(shop, people.ada.login(client_id="shop-app", scope="openid"))
    assert shop.get("/orders", headers=bearer(narrow)).status_code == 403
    for token in ("expired", "foreign_app"):
        refused = login(shop, people.ada.login(client_id="shop-app", token=token))
        assert refused.json()["error_description"] == "invalid access_token: invalid_token"


def test_who_is_deactivated_is_out_at_once(shop: httpx.Client, people: People, folder: Path) -> None:
    ada = people.ada.login(client_id="shop-app", scope="read:orders")
    token = bearer(login(shop, ada))
    from shop import User, create_app, db

    app = create_app()
    with app.app_context():
        db.session.get(User, 1).is_active = False
        db.session.commit()
        db.engine.dispose()
    assert shop.get("/orders", headers=token).status_code == 401
    assert login(shop, ada).json()["error_description"] == "user is blocked"
    grace = login(shop, people.grace.login(client_id="shop-app", scope="read:orders"))
    assert shop.get("/orders", headers=bearer(grace)).json() == {"orders of": "Grace Hopper"}


def app_with(accredit: Accredit, providers: Providers, folder: Path, **config: Any) -> Flask:
    """Return an app for a block of the page."""
    app = Flask("page", instance_path=str(folder))
    client = {"connections": ["facebook"], "scopes": ["write:users"]}
    tables = {"issuer": "https://shop.example.com/login/", "clients": {"my-app": client}}
    parts: dict[str, Any] = dict(providers.parts())
    app.config.update(ACCREDIT={**tables, "connections": dict(providers.connections)}, ACCREDIT_PARTS=parts, **config)
    return app


def test_its_views_verify_by_themselves_and_log_users_out(providers: Providers, tmp_path: Path) -> None:
    accredit = Accredit()
    app = app_with(accredit, providers, tmp_path)
    accredit.init_app(app)
    names_of(VIEWS)["add_views"](app, accredit)
    client, ada = app.test_client(), providers.people.ada
    known = client.post("/whoami", data={"token": ada.login()["access_token"]})
    assert known.get_json()["name"] == "Ada Lovelace"
    assert client.post("/whoami", data={"token": ada.login(token="expired")["access_token"]}).status_code == 401
    token = client.post("/login/oauth/access_token", json=ada.login(scope="write:users")).get_json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    subject = app.extensions["accredit"].exchange.authenticate(token).subject
    assert client.post(f"/log-out-everywhere/{subject}", headers=headers).status_code == 200
    assert client.post(f"/log-out-everywhere/{subject}", headers=headers).status_code == 401


def test_its_models_are_where_everything_is_stored(providers: Providers, tmp_path: Path) -> None:
    names = names_of(MODELS)
    app = app_with(names["accredit"], providers, tmp_path, SQLALCHEMY_DATABASE_URI="sqlite://")
    del app.config["ACCREDIT_PARTS"]["storage"]
    names["db"].init_app(app)
    names["accredit"].init_app(app)
    with app.app_context():
        names["db"].create_all()
        found = inspect(names["db"].engine).get_table_names()
    assert sorted(found) == ["account", "login", "refresh_token", "subject", "used_once"]
    answer = app.test_client().post("/login/oauth/access_token", json=providers.people.ada.login(scope="openid"))
    assert answer.status_code == 200
    with app.app_context():
        [session] = names["db"].session.execute(names["db"].select(names["Login"])).scalars()
        assert (session.client_id, session.note) == ("my-app", None)
        names["db"].session.remove()
        names["db"].engine.dispose()


def test_its_receiver_greets(providers: Providers, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    accredit = Accredit()
    app = app_with(accredit, providers, tmp_path)
    accredit.init_app(app)
    names = names_of(SIGNALS)
    try:
        with caplog.at_level(logging.INFO, logger="page"):
            app.test_client().post("/login/oauth/access_token", json=providers.people.ada.login())
    finally:
        names["logged_in"].disconnect(names["greet"])
    assert [one.getMessage().partition("|")[0] for one in caplog.records if one.name == "page"] == ["user facebook"]
