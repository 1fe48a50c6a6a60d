"""The guide of FastAPI works as it stands, and so does its example."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from tests.examples.running import EXAMPLES, code, functions_for_tests, names_of, running

from accredit import load_settings
from accredit.testing import serve, simulated

PAGE = "docs/guides/fastapi.md"
FOLDER = EXAMPLES / "fastapi"
REFUSED = "the token is missing, malformed, expired, or not meant for this endpoint"


def test_the_page_shows_the_files_as_they_are() -> None:
    assert code(PAGE, "toml") == [(FOLDER / "accredit.toml").read_text("utf-8")]
    assert code(PAGE, "python")[1] == (FOLDER / "shop.py").read_text("utf-8")
    assert len((FOLDER / "shop.py").read_text("utf-8").splitlines()) < 60


def test_what_it_installs_is_there_to_be_installed() -> None:
    assert code(PAGE, "sh")[0] == "pip install 'accredit[fastapi,server]' accredit-facebook\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand where the reader has put the files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "accredit.toml").write_text(code(PAGE, "toml")[0], "utf-8")
    (tmp_path / "shop.py").write_text(code(PAGE, "python")[1], "utf-8")
    yield tmp_path
    sys.modules.pop("shop", None)


@pytest.mark.parametrize("block", code(PAGE, "python")[2:], ids=["with people", "without a token"])
def test_a_hosts_own_tests_pass(block: str, folder: Path) -> None:
    [test] = functions_for_tests(block)
    test()
    assert sorted(path.name for path in folder.iterdir() if path.suffix != "") == ["accredit.toml", "shop.py"]


def test_the_few_lines_for_an_app_that_is_there_do_what_the_whole_one_does(folder: Path) -> None:
    with TestClient(names_of(code(PAGE, "python")[0])["app"]) as client:
        assert client.get("/login/readyz").json() == {"status": "ready"}
        assert client.get("/orders").headers["www-authenticate"] == "Bearer"
        assert client.get("/orders").json()["error"] == "invalid_token"
        assert client.get("/.well-known/oauth-authorization-server/login").status_code == 200


@pytest.mark.slow
def test_the_command_serves_the_endpoints_and_the_hosts_document(folder: Path) -> None:
    with running(code(PAGE, "sh")[1], folder) as url:
        assert httpx.get(f"{url}/login/readyz").json() == {"status": "ready"}
        assert httpx.get(f"{url}/docs").status_code == 200
        assert "/login/oauth/access_token" in httpx.get(f"{url}/openapi.json").json()["paths"]
        assert httpx.get(f"{url}/orders").headers["www-authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def shop() -> Iterator[httpx.Client]:
    """Serve the example over HTTP, with Facebook simulated."""
    with simulated("facebook") as providers:
        create_app = names_of((FOLDER / "shop.py").read_text("utf-8"))["create_app"]
        app = create_app(providers.settings(load_settings(FOLDER / "accredit.toml")), **providers.parts())
        with serve(app) as url, httpx.Client(base_url=url, timeout=60) as client:
            yield client


def login(shop: httpx.Client, scope: str, token: str = "EAAsim-good-ada") -> httpx.Response:
    body = {"client_id": "shop-app", "connection": "facebook", "access_token": token, "scope": scope}
    return shop.post("/login/oauth/access_token", json=body)


def bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_who_logs_in_may_call_the_api_and_refresh_and_log_out(shop: httpx.Client) -> None:
    first = login(shop, "openid offline_access read:orders")
    orders = shop.get("/orders", headers=bearer(first))
    assert (orders.status_code, orders.json()) == (
        200,
        {"orders of": shop.get("/login/userinfo", headers=bearer(first)).json()["sub"]},
    )
    refresh = {"grant_type": "refresh_token", "client_id": "shop-app", "refresh_token": first.json()["refresh_token"]}
    second = shop.post("/login/oauth/token", data=refresh)
    assert shop.get("/orders", headers=bearer(second)).json() == orders.json()
    shop.post("/login/oauth/revoke", data={"client_id": "shop-app", "token": second.json()["refresh_token"]})
    assert shop.get("/orders", headers=bearer(second)).status_code == 401


def test_who_may_not_is_told_as_the_contract_says(shop: httpx.Client) -> None:
    nobody = shop.get("/orders")
    assert (nobody.status_code, nobody.json()) == (401, {"error": "invalid_token", "error_description": REFUSED})
    buyer = login(shop, "read:orders")
    staff = shop.post("/users/facebook%7C1/block", headers=bearer(buyer))
    assert (staff.status_code, staff.json()["error"]) == (403, "insufficient_scope")
    assert login(shop, "", "EAAsim-expired-ada").json()["error_description"] == "invalid access_token: invalid_token"


def test_who_is_blocked_is_out_at_once(shop: httpx.Client) -> None:
    buyer, staff = login(shop, "read:orders", "EAAsim-good-grace"), login(shop, "write:users")
    subject = shop.get("/orders", headers=bearer(buyer)).json()["orders of"]
    blocked = shop.post(f"/users/{subject}/block", headers=bearer(staff))
    assert blocked.json()["blocked"] == subject
    assert shop.get("/orders", headers=bearer(buyer)).status_code == 401
    assert login(shop, "", "EAAsim-good-grace").json() == {
        "error": "unauthorized",
        "error_description": "user is blocked",
    }


def test_a_route_of_the_hosts_verifies_by_itself(shop: httpx.Client) -> None:
    assert shop.post("/whoami?facebook_token=EAAsim-good-ada").json()["name"] == "Ada Lovelace"
    refused = shop.post("/whoami?facebook_token=EAAsim-expired-ada")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_request")


def test_the_metadata_are_at_the_root(shop: httpx.Client) -> None:
    assert (
        shop.get("/.well-known/oauth-authorization-server/login").json()["issuer"] == "https://shop.example.com/login/"
    )
