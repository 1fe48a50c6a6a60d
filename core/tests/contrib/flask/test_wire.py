"""The endpoints in a Flask app answer what the ASGI app answers, byte for byte."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from core.tests.acme import NOTICE_SECRET, Acme, Brings, Globex, Provider
from core.tests.bench import GOOD, Clock, ListLogger, signing_key
from core.tests.contrib.flask.shop import LOGIN, extension, log_in, shop, tables
from core.tests.oauth.noticing import mac
from flask import Flask, Response, request
from flask.cli import FlaskGroup
from starlette.applications import Starlette
from starlette.routing import Mount
from werkzeug.test import TestResponse

from accredit import Exchange, Settings, create_app, metadata_route
from accredit.keys import SigningKeys
from accredit.notices import confirmation_code
from accredit.oauth.endpoints import ENDPOINTS

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ORIGIN = {"Origin": "https://app.example.com"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "traceparent"}
MINTED = ("access_token", "id_token", "refresh_token")
Wanted = tuple[str, str, Mapping[str, str], bytes]


def posted(path: str, body: Mapping[str, Any], **headers: str) -> Wanted:
    return ("POST", path, {**JSON, **headers}, json.dumps(body).encode())


def noticed(told: bytes = b'{"events": [["test", null]]}') -> Mapping[str, str]:
    return {"x-acme-mac": mac(told).decode()}


def by_get() -> Mapping[str, str]:
    return noticed(b'{"events": []}')


CODE = confirmation_code(NOTICE_SECRET, "x")
REQUESTS: dict[str, Wanted] = {
    "a login": posted("/login/oauth/access_token", {**GOOD, "scope": "openid offline_access"}),
    "a login by form": ("POST", LOGIN, FORM, b"client_id=app&access_token=good-token&connection=acme&state=%C3%A9"),
    "a form that calls itself JSON": ("POST", LOGIN, JSON, b"client_id=app&access_token=good-token&connection=acme"),
    "a browser's login": posted(LOGIN, GOOD, **ORIGIN),
    "a login from a foreign origin": posted(LOGIN, GOOD, Origin="https://evil.example.com"),
    "no client": posted(LOGIN, {**GOOD, "client_id": ""}),
    "an unknown client": posted(LOGIN, {**GOOD, "client_id": "nobody"}),
    "an unknown connection": posted(LOGIN, {**GOOD, "connection": "myspace"}),
    "a connection that is off": posted(LOGIN, {**GOOD, "connection": "off"}),
    "a bad token": posted(LOGIN, {**GOOD, "access_token": "bad-token"}),
    "a missing bearer": posted(LOGIN, {**GOOD, "client_id": "strict"}),
    "a body of nothing": ("POST", LOGIN, JSON, b""),
    "a body that is no JSON": ("POST", LOGIN, JSON, b"{"),
    "a parameter twice": ("POST", LOGIN, FORM, b"client_id=app&client_id=app"),
    "a body of another kind": ("POST", LOGIN, {"Content-Type": "text/xml"}, b"<a/>"),
    "a body as long as it may be": ("POST", LOGIN, JSON, b"{" + b" " * 65_535),
    "a body that is too long": ("POST", LOGIN, JSON, b"{" + b" " * 65_536),
    "a login by GET": ("GET", f"{LOGIN}?access_token=good-token", {}, b""),
    "a login by HEAD": ("HEAD", LOGIN, {}, b""),
    "a login by PUT": ("PUT", LOGIN, JSON, b"{}"),
    "a login by a method of nobody's": ("BREW", LOGIN, {}, b""),
    "a preflight": ("OPTIONS", LOGIN, PREFLIGHT, b""),
    "a preflight of a foreign origin": ("OPTIONS", LOGIN, {**PREFLIGHT, "Origin": "https://evil.example.com"}, b""),
    "OPTIONS without an origin": ("OPTIONS", LOGIN, {}, b""),
    "a refresh token of nobody's": posted(
        "/login/oauth/token", {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "x"}
    ),
    "an unknown grant": posted("/login/oauth/token", {"grant_type": "password", "client_id": "app"}),
    "a wrong secret": (
        "POST",
        "/login/oauth/token",
        {**FORM, "Authorization": "Basic YXBwOnNlY3JldA=="},
        b"grant_type=client_credentials",
    ),
    "a revocation": posted("/login/oauth/revoke", {"client_id": "app", "token": "x"}),
    "a revocation of nothing": posted("/login/oauth/revoke", {"client_id": "app"}),
    "a nonce of no connection": posted("/login/oauth/nonce", {"client_id": "app"}),
    "an introspection by a public client": posted("/login/oauth/introspect", {"client_id": "app", "token": "x"}),
    "userinfo without a token": ("GET", "/login/userinfo", {}, b""),
    "userinfo with a bad token": ("GET", "/login/userinfo", {"Authorization": "Bearer x"}, b""),
    "userinfo by DELETE": ("DELETE", "/login/userinfo", {}, b""),
    "tokeninfo with a bad token": posted("/login/tokeninfo", {"id_token": "x"}),
    "a notice": ("POST", "/login/notices/acme", noticed(), b'{"events": [["test", null]]}'),
    "a notice by GET": ("GET", "/login/notices/acme?notice=%7B%22events%22%3A%20%5B%5D%7D", {}, b""),
    "a notice by GET that is signed": ("GET", "/login/notices/acme?notice=%7B%22events%22%3A+%5B%5D%7D", by_get(), b""),
    "a forged notice": ("POST", "/login/notices/acme", {}, b"{}"),
    "a notice that is too long": ("POST", "/login/notices/acme", {}, b"x" * 65_537),
    "a notice by PUT": ("PUT", "/login/notices/acme", {}, b""),
    "a notice by HEAD": ("HEAD", "/login/notices/acme", {}, b""),
    "a notice from a page": ("OPTIONS", "/login/notices/acme", PREFLIGHT, b""),
    "a notice for a connection that reads none": ("POST", "/login/notices/globex", {}, b"{}"),
    "a notice for nobody": ("POST", "/login/notices/{connection}", {}, b"{}"),
    "a status": ("GET", f"/login/notices/acme/status/{CODE}", {}, b""),
    "a status of nobody's": ("GET", "/login/notices/acme/status/{code}", {}, b""),
    "a status by POST": ("POST", f"/login/notices/acme/status/{CODE}", {}, b""),
    "the keys": ("GET", "/login/.well-known/jwks.json", {}, b""),
    "the keys by HEAD": ("HEAD", "/login/.well-known/jwks.json", {}, b""),
    "the keys by POST": ("POST", "/login/.well-known/jwks.json", {}, b""),
    "the keys by OPTIONS": ("OPTIONS", "/login/.well-known/jwks.json", ORIGIN, b""),
    "the configuration": ("GET", "/login/.well-known/openid-configuration", {}, b""),
    "the metadata below the issuer": ("GET", "/login/.well-known/oauth-authorization-server", {}, b""),
    "the metadata at the root": ("GET", "/.well-known/oauth-authorization-server/login", {}, b""),
    "health": ("GET", "/login/healthz", {}, b""),
    "readiness": ("GET", "/login/readyz", {}, b""),
}
NOT_THERE = {
    "a slash at the end": ("POST", "/login/oauth/token/", JSON, b"{}"),
    "two slashes": ("POST", "/login//oauth/token", JSON, b"{}"),
    "another case": ("POST", "/login/OAuth/token", JSON, b"{}"),
    "no mount": ("POST", "/oauth/token", JSON, b"{}"),
    "an encoded slash": ("POST", "/login/oauth%2Ftoken", JSON, b"{}"),
    "an encoded slash in capitals": ("POST", "/login/oauth%2ftoken", JSON, b"{}"),
}
"""Of these the host's own 404 is the answer, but none is sent elsewhere or answered."""


def asked_of_flask(wanted: Wanted) -> tuple[int, dict[str, str], bytes]:
    method, path, headers, body = wanted
    answer = shop().test_client().open(path, method=method, headers=dict(headers), data=body)
    return plain(answer.status_code, dict(answer.headers), answer.data)


def asked_of_asgi(wanted: Wanted) -> tuple[int, dict[str, str], bytes]:
    method, path, headers, body = wanted

    async def ask() -> httpx.Response:
        clock = Clock()
        exchange = Exchange(
            Settings.model_validate(tables()),
            plugins=[Brings(Acme, Globex)],
            transport=Provider(),
            clock=clock,
            keys=SigningKeys([signing_key()]),
        )
        app = Starlette(routes=[metadata_route(exchange), Mount("/login", create_app(exchange))])
        transport = httpx.ASGITransport(app=app)
        async with exchange, httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
            return await client.request(method, path, headers=dict(headers), content=body)

    answer = asyncio.run(ask())
    # Of a HEAD the server leaves the body out; this transport is none.
    return plain(answer.status_code, dict(answer.headers), b"" if method == "HEAD" else answer.content)


def plain(status: int, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return an answer, in which new tokens are replaced by their lengths."""
    if status == 200 and b'"access_token"' in body:
        fields = json.loads(body)
        body = json.dumps({name: len(one) if name in MINTED else one for name, one in fields.items()}).encode()
    return status, {name.lower(): value for name, value in headers.items()}, body


@pytest.mark.parametrize("name", REQUESTS)
def test_the_answer_is_that_of_the_asgi_app(name: str) -> None:
    assert asked_of_flask(REQUESTS[name]) == asked_of_asgi(REQUESTS[name])


def test_every_endpoint_is_in_the_table_of_requests() -> None:
    asked = {path for _, path, _, _ in REQUESTS.values()} | {"/login/notices/{connection}/status/{code}"}
    assert {f"/login{endpoint.path}" for endpoint in ENDPOINTS} <= asked


@pytest.mark.threat(53)
@pytest.mark.parametrize("name", NOT_THERE)
def test_only_the_very_path_is_an_endpoint(name: str) -> None:
    assert asked_of_flask(NOT_THERE[name])[0] == 404 == asked_of_asgi(NOT_THERE[name])[0]


def test_the_metadata_at_the_root_is_only_read() -> None:
    answer = shop().test_client().post("/.well-known/oauth-authorization-server/login")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.get_json()["error"] == "method_not_allowed"


def test_an_issuer_without_a_path_has_the_endpoints_at_the_root_of_the_app() -> None:
    client = shop(settings={"issuer": "https://shop.example.com/"}).test_client()
    assert client.get("/healthz").status_code == 200
    metadata = client.get("/.well-known/oauth-authorization-server").get_json()
    assert metadata["token_endpoint"] == "https://shop.example.com/oauth/token"


def test_the_host_may_put_the_endpoints_somewhere_else_and_is_told_where_the_issuer_names_another_path() -> None:
    log = ListLogger()
    app = shop(url_prefix="/auth", logger=log)
    assert app.test_client().get("/auth/healthz").status_code == 200
    [told] = [line for _, line in log.events() if line["event"] == "host.issuer_mismatch"]
    assert 'set issuer = "https://shop.example.com/auth/"' in json.dumps(told, ensure_ascii=False).replace('\\"', '"')


def test_behind_a_prefix_of_the_server_the_issuer_has_both() -> None:
    log = ListLogger()
    app = shop(settings={"issuer": "https://shop.example.com/shop/login/"}, url_prefix="/login", logger=log)
    answer = app.test_client().get("/login/healthz", environ_overrides={"SCRIPT_NAME": "/shop"})
    assert answer.status_code == 200
    assert "host.issuer_mismatch" not in [line["event"] for _, line in log.events()]


@pytest.fixture
def reading_shop() -> Flask:
    """A shop that reads every body before anybody else does."""
    app = shop()

    @app.before_request
    def read() -> None:
        request.get_json(silent=True)
        assert request.form is not None

    return app


def test_a_body_that_the_host_has_read_before_is_not_lost(reading_shop: Flask) -> None:
    assert log_in(reading_shop).status_code == 200
    assert reading_shop.test_client().post(LOGIN, data=dict(GOOD)).status_code == 200


def test_a_parameter_twice_is_refused_though_the_host_has_read_it_before(reading_shop: Flask) -> None:
    answer = reading_shop.test_client().post(LOGIN, data={**GOOD, "scope": ["openid", "email"]})
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


def test_a_limit_of_the_host_does_not_take_the_place_of_ours() -> None:
    app = shop()
    app.config["MAX_CONTENT_LENGTH"] = 10
    assert log_in(app).status_code == 200


class Chunked:
    """A body that comes without a length; of an endless one too much is never asked for."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "nobody may ask for all of it"
        start = json.dumps(GOOD).encode() if self.given == 0 else b""
        given = (start + b" " * size)[: min(size, self._size - self.given)]
        self.given += len(given)
        return given


def chunked(size: int) -> tuple[TestResponse, Chunked]:
    body = Chunked(size)
    environ = {
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "application/json",
    }
    return shop().test_client().post(LOGIN, environ_overrides=environ), body


def test_a_body_without_a_length_may_be_as_long_as_another() -> None:
    assert chunked(65_536)[0].status_code == 200


@pytest.mark.parametrize("size", [65_537, 10**12])
def test_of_a_body_without_a_length_no_more_is_read_than_tells_that_it_is_too_long(size: int) -> None:
    answer, body = chunked(size)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")
    assert body.given == 65_537


def test_a_client_that_leaves_before_its_body_is_whole_is_noted_as_such() -> None:
    log = ListLogger()
    app = shop(logger=log)
    app.test_client().post(LOGIN, data=b"{", content_type="application/json", environ_overrides={"CONTENT_LENGTH": "9"})
    [told] = [line for _, line in log.events() if line["event"].startswith("exchange.")]
    assert (told["event"], told["reason"]) == ("exchange.abandoned", "abandoned")


def test_the_host_s_own_hooks_see_the_answers() -> None:
    app = shop()

    @app.after_request
    def mark(response: Response) -> Response:
        response.headers["X-Shop"] = "yes"
        return response

    assert log_in(app).headers["X-Shop"] == "yes"


def test_flask_lists_the_endpoints_and_makes_their_urls() -> None:
    app = shop()
    listed = CliRunner().invoke(FlaskGroup(create_app=lambda: app), ["routes"]).output
    assert "accredit.oauth_access_token" in listed
    assert "/login/.well-known/jwks.json" in listed
    with app.test_request_context():
        assert app.url_for("accredit.well_known_jwks_json") == "/login/.well-known/jwks.json"
        assert app.url_for("accredit.metadata_at_root") == "/.well-known/oauth-authorization-server/login"


def test_views_have_the_names_by_which_other_extensions_exempt_them() -> None:
    accredit = extension()
    app = shop(accredit)
    view = app.view_functions["accredit.oauth_token"]
    assert (view.__module__, view.__name__) == ("accredit.contrib.flask.routes", "oauth_token")
    assert app.blueprints["accredit"] is accredit.blueprint
