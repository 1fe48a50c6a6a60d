"""What `asgi.py` makes of a request, and of an answer: driven over bare ASGI."""

from collections.abc import Iterable
from typing import Any

import pytest
from core.tests.bench import Bench
from core.tests.oauth.support import SECRET, basic
from starlette.routing import Route

from accredit import Exchange, create_app, metadata_route


async def ask(
    wire: Bench, method: str, path: str, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b"", **more: object
) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers, **more}
    await create_app(wire.exchange)(scope, receive, send)
    return sent


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/oauth/access_token", 400),
        ("GET", "/oauth/token", 405),
        ("GET", "/userinfo", 401),
        ("GET", "/healthz", 200),
        ("POST", "/healthz", 405),
        ("GET", "/.well-known/jwks.json", 200),
        ("GET", "/nowhere", 404),
    ],
)
async def test_an_answer_says_how_long_its_body_is(wire: Bench, method: str, path: str, status: int) -> None:
    start, body = await ask(wire, method, path)

    lengths = [value for name, value in start["headers"] if name == b"content-length"]
    assert (start["status"], lengths) == (status, [str(len(body["body"])).encode()])
    assert all(name == name.lower() for name, _ in start["headers"])


async def test_an_answer_that_has_no_body_says_nothing_of_it(wire: Bench) -> None:
    preflight = await ask(wire, "OPTIONS", "/oauth/token")
    [document, _] = await ask(wire, "GET", "/.well-known/jwks.json")
    tag = dict(document["headers"])[b"etag"]
    unchanged = await ask(wire, "GET", "/.well-known/jwks.json", [(b"if-none-match", tag)])

    for status, (start, body) in ((204, preflight), (304, unchanged)):
        assert (start["status"], body["body"]) == (status, b"")
        assert b"content-length" not in dict(start["headers"])


async def test_of_a_header_that_is_sent_twice_the_first_counts(wire: Bench) -> None:
    right = basic("svc", SECRET)["Authorization"].encode()
    wrong = basic("svc", "wrong")["Authorization"].encode()
    form, body = (b"content-type", b"application/x-www-form-urlencoded"), b"grant_type=client_credentials"

    for first, second, status in ((right, wrong, 200), (wrong, right, 401)):
        headers = [form, (b"authorization", first), (b"authorization", second)]
        [start, _] = await ask(wire, "POST", "/oauth/token", headers, body)
        assert start["status"] == status


async def test_headers_may_be_what_can_be_read_only_once(wire: Bench) -> None:
    proof = (b"authorization", basic("svc", SECRET)["Authorization"].encode())
    headers = (one for one in [proof, (b"content-type", b"application/x-www-form-urlencoded")])
    [start, _] = await ask(wire, "POST", "/oauth/token", headers, b"grant_type=client_credentials")
    assert start["status"] == 200


async def test_a_server_need_not_know_the_path_as_it_was_sent(wire: Bench) -> None:
    """`raw_path` is optional, and None by default. Source: ASGI, HTTP & WebSocket message format, version 2.5."""
    [start, _] = await ask(wire, "GET", "/healthz", raw_path=None)
    assert start["status"] == 200


def test_every_route_has_a_name_of_its_own_by_which_a_hosts_metrics_tell_it_apart(wire: Bench) -> None:
    mounted = wire.exchange.settings.model_copy(update={"issuer": "https://shop.example.com/login/", "connections": {}})
    for exchange in (wire.exchange, Exchange(mounted)):
        routes = [route for route in create_app(exchange).routes if isinstance(route, Route)]
        assert {route.name for route in routes} >= {"/oauth/token", "/userinfo", metadata_route(exchange).path}
        assert all(route.name == route.path for route in routes)
