"""What `asgi.py` makes of a request, and of an answer: driven over bare ASGI."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from core.tests.bench import Bench
from core.tests.oauth.support import SECRET, basic
from starlette.routing import Match, Route

from accredit import ConfigurationError, Exchange, Settings, create_app, metadata_route
from accredit.errors import LifecycleError


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
        routes = create_app(exchange).routes
        assert all(isinstance(route, Route) for route in routes)
        assert {route.name for route in routes} >= {"/oauth/token", "/userinfo", metadata_route(exchange).path}
        assert all(route.name == route.path for route in routes)


def test_a_path_is_taken_as_it_is_by_starlettes_routes_too(wire: Bench) -> None:
    [route] = [one for one in create_app(wire.exchange).routes if one.path == "/oauth/token"]
    scope = {"type": "http", "method": "POST", "path": "/oauth/token", "headers": []}
    assert route.matches({**scope, "raw_path": b"/oauth/token"})[0] is Match.FULL
    assert route.matches({**scope, "raw_path": b"/oauth%2Ftoken"})[0] is Match.NONE
    assert route.matches(scope)[0] is Match.FULL


@pytest.mark.parametrize(
    "path", ["/oauth/token\n", "/oauth/token/", "oauth/token", "/oauth//token", "/OAUTH/token", ""]
)
async def test_what_is_no_path_of_ours_is_not_found(wire: Bench, path: str) -> None:
    [start, body] = await ask(wire, "POST", path)
    assert (start["status"], json.loads(body["body"])["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "root_path", "status"),
    [
        ("/login/healthz", "/login", 200),
        ("/healthz", "/login", 200),  # of a test client that does not begin the path with it
        ("/login/healthz", "/login/", 200),
        ("/healthz", "/", 200),
        ("/login", "/login", 404),
        ("/loginx/healthz", "/login", 404),
        ("/login/login/healthz", "/login", 404),
    ],
)
async def test_what_is_asked_for_is_below_the_mount(wire: Bench, path: str, root_path: str, status: int) -> None:
    [start, _] = await ask(wire, "GET", path, root_path=root_path)
    assert start["status"] == status


async def live(exchange: Any) -> tuple[list[Any], BaseException | None]:
    """Start and stop an app as a server does; return what it said, and what it raised."""
    sent: list[Any] = []
    coming = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await create_app(exchange)({"type": "lifespan"}, receive, send)
    except BaseException as exc:  # whatever it is, it is looked at
        return sent, exc
    return sent, None


def without_connections(wire: Bench) -> Settings:
    storage = wire.exchange.settings.storage.model_copy(update={"url": "memory://"})
    return wire.exchange.settings.model_copy(update={"connections": {}, "storage": storage})


class Failing(Exchange):
    """An exchange that cannot be opened, or closed."""

    at = "open"

    async def open(self) -> None:
        if self.at == "open":
            raise ConfigurationError("the reason")

    async def close(self) -> None:
        raise ConfigurationError("the reason")


async def test_a_server_hears_that_the_exchange_is_open_and_that_it_is_closed(wire: Bench) -> None:
    exchange = Exchange(without_connections(wire), keys=wire.exchange.engine.keys)
    sent, raised = await live(exchange)
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert raised is None
    with pytest.raises(LifecycleError):
        exchange.engine.require_open()


@pytest.mark.parametrize(("at", "said"), [("open", "lifespan.startup.failed"), ("close", "lifespan.shutdown.failed")])
async def test_a_server_hears_why_the_exchange_did_not_open_or_close(wire: Bench, at: str, said: str) -> None:
    exchange = Failing(without_connections(wire), keys=wire.exchange.engine.keys)
    exchange.at = at
    sent, raised = await live(exchange)
    assert sent[-1]["type"] == said
    assert sent[-1]["message"].rstrip().endswith("the reason")
    assert isinstance(raised, ConfigurationError)
