"""Errors of Accredit in a host's own views: the contract's answer, unless the host has one of its own."""

import pytest
from core.tests.contrib.flask.shop import extension, shop
from flask import Flask

from accredit import AccessDenied, ExchangeError, ProviderToken
from accredit.errors import ProviderRateLimited


def test_an_error_of_a_view_becomes_the_contract_s_answer() -> None:
    app = shop()

    @app.post("/connect")
    def connect() -> str:
        raise ProviderRateLimited("code 4", retry_after_s=30)

    answer = app.test_client().post("/connect")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.get_json() == {
        "error": "temporarily_unavailable",
        "error_description": "the identity provider is not available, try again later",
    }


def test_a_view_that_asks_a_provider_itself_may_let_its_refusal_pass() -> None:
    accredit = extension()
    app = shop(accredit)

    @app.post("/connect/<token>")
    def connect(token: str) -> str:
        return accredit.exchange.verify("acme", ProviderToken.of(token)).user_id

    @app.post("/async/<token>")
    async def connect_async(token: str) -> str:
        return (await accredit.exchange.averify("acme", ProviderToken.of(token))).user_id

    client = app.test_client()
    assert [client.post(f"/{view}/good-token").text for view in ("connect", "async")] == ["1000", "1000"]
    assert [client.post(f"/{view}/bad-token").status_code for view in ("connect", "async")] == [401, 401]


def test_the_switches_of_the_settings_hold_here_too() -> None:
    app = shop(settings={"compatibility": {"error_message": True}})

    @app.get("/no")
    def no() -> str:
        raise AccessDenied("staff only")

    answer = app.test_client().get("/no").get_json()
    assert (answer["message"], answer["error_description"]) == ("staff only", "staff only")


def test_a_handler_of_the_host_takes_the_place_of_ours() -> None:
    app = shop()

    @app.errorhandler(ExchangeError)
    def own(error: ExchangeError) -> tuple[str, int]:
        return f"sorry: {error.description}", error.status

    @app.get("/no")
    def no() -> str:
        raise AccessDenied("staff only")

    answer = app.test_client().get("/no")
    assert (answer.status_code, answer.text) == (401, "sorry: staff only")


def test_an_app_without_accredit_has_no_handler_and_says_what_is_missing() -> None:
    accredit, app = extension(), Flask("bare")
    app.config["TESTING"] = True

    @app.get("/me")
    @accredit.require_token()
    def me() -> str:
        return ""

    with pytest.raises(RuntimeError, match=r"the Flask app 'bare' does not have Accredit: call accredit\.init_app"):
        app.test_client().get("/me", headers={"Authorization": "Bearer x"})
