"""Mistakes in a host's own code that would leave a view open without a word."""

from dataclasses import dataclass

import pytest
from core.tests.contrib.flask.shop import bearing, extension, shop, token_of
from flask import Blueprint

from accredit.contrib.flask import current_token


def said() -> str:
    return "served"


def test_a_decorator_above_the_route_is_told_and_the_view_is_not_served() -> None:
    accredit = extension()
    app = shop(accredit)
    accredit.require_token("read:orders")(app.get("/orders")(said))
    with pytest.raises(RuntimeError, match=r"put @accredit\.require_token below the route of 'said'"):
        app.test_client().get("/orders", headers=bearing(token_of(app)))


def test_a_decorator_above_the_route_is_told_in_a_factory_and_a_blueprint_too() -> None:
    accredit, blueprint = extension(), Blueprint("api", __name__)
    accredit.require_token()(blueprint.get("/orders")(said))
    app = shop(accredit)
    app.register_blueprint(blueprint)
    with pytest.raises(RuntimeError, match="below the route"):
        app.test_client().get("/orders")


def test_a_view_may_be_at_one_route_open_and_at_another_for_callers_only() -> None:
    accredit = extension()
    app = shop(accredit)
    app.add_url_rule("/open", "open", said)
    app.add_url_rule("/closed", "closed", accredit.require_token()(said))
    client = app.test_client()
    assert (client.get("/open").status_code, client.get("/closed").status_code) == (200, 401)
    assert client.get("/nowhere").status_code == 404


def test_a_view_may_be_an_object_that_has_no_hash() -> None:
    @dataclass
    class Said:
        text: str
        __name__ = "said"

        def __call__(self) -> str:
            return self.text

    accredit = extension()
    app = shop(accredit)
    app.add_url_rule("/open", "open", Said("served"))
    app.add_url_rule("/closed", "closed", accredit.require_token()(Said("served")))
    client = app.test_client()
    assert (client.get("/open").status_code, client.get("/closed").status_code) == (200, 401)


def test_a_token_is_current_in_its_own_request_only() -> None:
    accredit = extension()
    app = shop(accredit)

    @app.get("/me")
    @accredit.require_token()
    def me() -> str:
        return current_token.subject

    @app.get("/open")
    def unprotected() -> str:
        return current_token.subject

    with app.app_context():  # as in a command or a test, whose requests then have one `g`
        client = app.test_client()
        assert client.get("/me", headers=bearing(token_of(app))).text == "acme|1000"
        with pytest.raises(RuntimeError, match="there is no current token"):
            client.get("/open")


def test_headers_that_a_server_has_joined_are_no_token() -> None:
    accredit = extension()
    app = shop(accredit)
    app.get("/me")(accredit.require_token()(said))
    good = bearing(token_of(app))["Authorization"]
    for joined in (f"{good},Bearer x", f"{good}, {good}", f"Basic YTpi,{good}", f"Bearer\t{good[7:]}", good[7:]):
        assert app.test_client().get("/me", headers={"Authorization": joined}).status_code == 401
