"""The guide of Starlette, Litestar and plain ASGI works as it stands, and so do its examples."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.examples.running import EXAMPLES, code, names_of, running

from accredit import Exchange, load_settings
from accredit.testing import serve, simulated

PAGE = "docs/guides/asgi.md"
FRAMEWORKS = ("starlette", "litestar")
REFUSED = "the token is missing, malformed, expired, or not meant for this endpoint"


@pytest.fixture(scope="module", autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Undo what Litestar does to the logging of the whole process when an app is made."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
    for handler in [one for one in root.handlers if type(one).__module__.startswith("litestar.")]:
        root.removeHandler(handler)


def source(framework: str) -> str:
    return (EXAMPLES / framework / "shop.py").read_text("utf-8")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_page_shows_the_files_as_they_are(framework: str) -> None:
    assert source(framework) in code(PAGE, "python")
    assert code(PAGE, "toml")[0] == (EXAMPLES / framework / "accredit.toml").read_text("utf-8")
    assert len(source(framework).splitlines()) < 60


@pytest.mark.slow
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_command_serves_it(framework: str, tmp_path: Path) -> None:
    (tmp_path / "accredit.toml").write_text(code(PAGE, "toml")[0], "utf-8")
    (tmp_path / "shop.py").write_text(source(framework), "utf-8")
    [_, command] = code(PAGE, "sh")
    with running(command, tmp_path) as url:
        assert httpx.get(f"{url}/login/readyz").json() == {"status": "ready"}
        assert httpx.get(f"{url}/orders").headers["www-authenticate"] == "Bearer"


@pytest.fixture(scope="module", params=FRAMEWORKS)
def shop(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """Serve the example over HTTP, with Facebook simulated."""
    settings = load_settings(EXAMPLES / request.param / "accredit.toml")
    with simulated("facebook") as providers:
        app = names_of(source(request.param))["create_shop"](providers.settings(settings), **providers.parts())
        with serve(app) as url, httpx.Client(base_url=url, timeout=60) as client:
            yield client


def login(shop: httpx.Client, scope: str) -> httpx.Response:
    body = {"client_id": "shop-app", "connection": "facebook", "access_token": "EAAsim-good-ada", "scope": scope}
    return shop.post("/login/oauth/access_token", json=body)


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_who_logs_in_may_call_the_api_and_refresh_and_log_out(shop: httpx.Client) -> None:
    first = login(shop, "openid offline_access read:orders")
    assert first.status_code == 200, first.text
    subject = shop.get("/login/userinfo", headers=bearer(first)).json()["sub"]
    orders = shop.get("/orders", headers=bearer(first))
    assert (orders.status_code, orders.json()) == (200, {"orders of": subject})
    refresh = {"grant_type": "refresh_token", "client_id": "shop-app", "refresh_token": first.json()["refresh_token"]}
    second = shop.post("/login/oauth/token", data=refresh)
    shop.post("/login/oauth/revoke", data={"client_id": "shop-app", "token": second.json()["refresh_token"]})
    assert shop.get("/orders", headers=bearer(second)).status_code == 401


def test_who_may_not_is_told_as_the_contract_says(shop: httpx.Client) -> None:
    nobody = shop.get("/orders")
    assert (nobody.status_code, nobody.json()) == (401, {"error": "invalid_token", "error_description": REFUSED})
    assert nobody.headers["www-authenticate"] == "Bearer"
    assert nobody.headers["content-type"] == "application/json"
    without_scope = shop.get("/orders", headers=bearer(login(shop, "")))
    assert (without_scope.status_code, without_scope.json()["error"]) == (403, "insufficient_scope")
    twice = shop.get("/orders", headers=[("Authorization", "Bearer a"), ("Authorization", "Bearer b")])
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")


def test_the_metadata_are_at_the_root_and_below_the_issuer(shop: httpx.Client) -> None:
    root = shop.get("/.well-known/oauth-authorization-server/login").json()
    assert root == shop.get("/login/.well-known/openid-configuration").json()


def test_an_app_in_plain_asgi_hands_over_what_begins_with_the_mount() -> None:
    with simulated("facebook") as providers:
        settings = providers.settings(load_settings(EXAMPLES / "starlette/accredit.toml"))
        exchange = Exchange(settings, **providers.parts())
        [dispatch] = [block for block in code(PAGE, "python") if "def make_app" in block]
        with serve(names_of(dispatch)["make_app"](exchange)) as url, httpx.Client(base_url=url, timeout=60) as client:
            assert login(client, "openid").status_code == 200
            assert client.get("/").text == "the shop"
            assert client.get("/loginx").text == "the shop"


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_examples_need_nothing_of_the_tests(framework: str) -> None:
    assert "accredit.testing" not in source(framework)
    assert framework in sys.modules
