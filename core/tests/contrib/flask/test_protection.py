"""`require_token`: who may call a view, and what the others get. Source: RFC 6750 section 3."""

import asyncio
from typing import Any

import pytest
from core.tests.contrib.flask.shop import bearing, extension, log_in, shop, token_of
from core.tests.oauth.support import SECRET, hash_of
from flask import Blueprint, Flask
from werkzeug.test import TestResponse

from accredit.contrib.flask import Accredit, current_token

API = "https://api.example.com"


def protected_shop() -> tuple[Accredit, Flask]:
    """Return a shop with views for callers."""
    accredit = extension()
    app = shop(accredit)

    @app.get("/me")
    @accredit.require_token()
    def me() -> str:
        return current_token.subject

    @app.route("/orders/<int:number>", methods=["GET", "DELETE"])
    @accredit.require_token("read:orders openid")
    def order(number: int) -> dict[str, Any]:
        return {"number": number, "scopes": list(current_token.scopes)}

    @app.get("/async")
    @accredit.require_token("read:orders")
    async def slow() -> str:
        await asyncio.sleep(0)
        return current_token.subject

    @app.get("/api")
    @accredit.require_token("read:orders", audience=API)
    def api() -> str:
        return current_token.client_id

    return accredit, app


@pytest.fixture
def app() -> Flask:
    return protected_shop()[1]


def get(app: Flask, path: str, token: str | None = None, **headers: str) -> TestResponse:
    return app.test_client().get(path, headers={**(bearing(token) if token else {}), **headers})


def assert_challenged(answer: TestResponse, status: int, error: str, challenge: str) -> None:
    assert (answer.status_code, answer.get_json()["error"]) == (status, error)
    assert answer.headers["WWW-Authenticate"] == challenge
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_good_token_is_let_in_and_says_who_calls(app: Flask) -> None:
    assert get(app, "/me", token_of(app)).text == "acme|1000"


def test_the_view_gets_its_arguments_and_the_scopes(app: Flask) -> None:
    answer = get(app, "/orders/7", token_of(app, scope="read:orders openid")).get_json()
    assert (answer["number"], sorted(answer["scopes"])) == (7, ["openid", "read:orders"])


def test_an_async_view_is_awaited(app: Flask) -> None:
    assert get(app, "/async", token_of(app)).text == "acme|1000"
    assert get(app, "/async").status_code == 401


def test_a_call_without_a_token_gets_no_error_code_in_its_challenge(app: Flask) -> None:
    assert_challenged(get(app, "/me"), 401, "invalid_token", "Bearer")


@pytest.mark.parametrize("header", ["Basic YTpi", "Bear er", "Token x"])
def test_another_scheme_is_no_token(app: Flask, header: str) -> None:
    assert_challenged(get(app, "/me", Authorization=header), 401, "invalid_token", "Bearer")


def test_the_scheme_is_read_in_either_case(app: Flask) -> None:
    assert get(app, "/me", Authorization=f"bearer {token_of(app)}").status_code == 200


def test_a_bad_token_gets_the_error_code(app: Flask) -> None:
    good = token_of(app)
    for bad in ("x", good[:-4] + "AAAA", good + "x"):
        assert_challenged(get(app, "/me", bad), 401, "invalid_token", 'Bearer error="invalid_token"')


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer a b"])
def test_the_scheme_without_a_token_is_a_bad_token(app: Flask, header: str) -> None:
    answer = get(app, "/me", Authorization=header)
    assert_challenged(answer, 401, "invalid_token", 'Bearer error="invalid_token"')


def test_a_token_in_the_url_is_not_read(app: Flask) -> None:
    assert get(app, f"/me?access_token={token_of(app)}").status_code == 401


def test_a_missing_scope_is_named(app: Flask) -> None:
    challenge = 'Bearer error="insufficient_scope", scope="openid"'
    assert_challenged(get(app, "/orders/7", token_of(app, scope="read:orders")), 403, "insufficient_scope", challenge)


def test_a_token_for_an_api_is_good_there_and_nowhere_else(app: Flask) -> None:
    token = token_of(app, audience=API)
    assert get(app, "/api", token).text == "app"
    assert get(app, "/me", token).status_code == 401
    assert get(app, "/api", token_of(app)).status_code == 401


def test_a_token_of_another_app_of_the_process_is_refused() -> None:
    _, one = protected_shop()
    _, other = protected_shop()
    other.config["ACCREDIT"] = {}  # read once, when it was made
    token = token_of(one)
    assert get(one, "/me", token).status_code == 200
    one.extensions["accredit"].exchange.subjects.block("acme|1000")
    assert get(one, "/me", token).status_code == 401
    assert log_in(other).status_code == 200


def test_a_client_s_own_token_is_let_in_unless_the_view_is_for_users_only() -> None:
    accredit = extension()
    client = {"secret_hash": hash_of(SECRET), "grant_types": ["client_credentials"], "scopes": ["read:orders"]}
    app = shop(accredit, settings={"clients": {"robot": client}})

    @app.get("/all")
    @accredit.require_token("read:orders")
    def every() -> str:
        return current_token.client_id

    @app.get("/mine")
    @accredit.require_token("read:orders", users_only=True)
    def mine() -> str:
        return current_token.subject

    form = {"grant_type": "client_credentials", "client_id": "robot", "client_secret": SECRET, "scope": "read:orders"}
    token = app.test_client().post("/login/oauth/token", data=form).get_json()["access_token"]
    assert get(app, "/all", token).text == "robot"
    assert_challenged(get(app, "/mine", token), 401, "invalid_token", 'Bearer error="invalid_token"')
    assert get(app, "/mine", token_of(app)).text == "acme|1000"


def test_a_session_that_has_ended_is_refused_at_once(app: Flask) -> None:
    token = token_of(app)
    app.test_client().post("/login/oauth/revoke", json={"client_id": "app", "token": token})
    assert_challenged(get(app, "/me", token), 401, "invalid_token", 'Bearer error="invalid_token"')


def test_browsers_may_ask_before_they_call_without_a_token(app: Flask) -> None:
    assert app.test_client().options("/orders/7").status_code == 200


def test_a_whole_blueprint_can_be_protected() -> None:
    accredit, app = protected_shop()
    api = Blueprint("orders_api", __name__)

    @api.before_request
    @accredit.require_token("read:orders")
    def check() -> None:
        pass

    @api.get("/all")
    def every() -> str:
        return current_token.subject

    app.register_blueprint(api, url_prefix="/v2")
    assert get(app, "/v2/all").status_code == 401
    assert get(app, "/v2/all", token_of(app)).text == "acme|1000"


def test_without_brackets_it_says_how_to_write_it() -> None:
    accredit = extension()
    with pytest.raises(TypeError, match=r"^write @accredit\.require_token\(\), with brackets$"):
        accredit.require_token(lambda: "")  # type: ignore[arg-type] # the mistake that it is about


def test_a_view_that_is_not_protected_has_no_current_token(app: Flask) -> None:
    @app.get("/open")
    def view() -> str:
        return current_token.subject

    with pytest.raises(RuntimeError, match=r"put @accredit\.require_token\(\) under the route"):
        get(app, "/open")


def test_a_view_keeps_its_name(app: Flask) -> None:
    assert {"me", "order", "slow", "api"} <= set(app.view_functions)
