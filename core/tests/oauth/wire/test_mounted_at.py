"""Hosts that do not say where they have mounted the app: Litestar, and dispatchers in plain ASGI."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest
from core.tests.bench import GOOD, Bench, bench
from litestar import Litestar, asgi
from starlette.types import ASGIApp, Receive, Scope, Send

from accredit import create_app, metadata_route

ISSUER = "https://shop.example.com/login/"
CONFIGURATION = "/.well-known/openid-configuration"


def in_litestar(wire: Bench) -> ASGIApp:
    app, route = create_app(wire.exchange, mounted_at="/login"), metadata_route(wire.exchange)
    # Litestar's types of ASGI are stricter than those of everybody else.
    handlers = [asgi("/login", is_mount=True, copy_scope=True)(app), asgi(route.path, copy_scope=True)(route.app)]
    return cast("ASGIApp", Litestar(route_handlers=handlers, logging_config=None))


def dispatching(change: Callable[[Scope], Scope]) -> Callable[[Bench], ASGIApp]:
    """Return a host in plain ASGI that passes on what begins with `/login`, with its scope changed."""

    def host(wire: Bench) -> ASGIApp:
        login, route = create_app(wire.exchange, mounted_at="/login/"), metadata_route(wire.exchange)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] == route.path:
                await route.app(scope, receive, send)
            else:
                await login(change(scope), receive, send)

        return app

    return host


def whole(scope: Scope) -> Scope:
    return scope


def stripped(scope: Scope) -> Scope:
    return {**scope, "path": scope["path"].removeprefix("/login")}


def whole_on_a_server_that_does_not_know_the_path_as_it_was_sent(scope: Scope) -> Scope:
    return {**scope, "raw_path": None}


def as_asgi_wants(scope: Scope) -> Scope:
    return {**scope, "root_path": scope.get("root_path", "") + "/login"}


CHANGES = (whole, stripped, whole_on_a_server_that_does_not_know_the_path_as_it_was_sent, as_asgi_wants)
HOSTS = {"litestar": in_litestar, **{change.__name__: dispatching(change) for change in CHANGES}}


@asynccontextmanager
async def mounted(host: str, issuer: str = ISSUER, **transport: Any) -> AsyncIterator[tuple[Bench, httpx.AsyncClient]]:
    async with bench({"issuer": issuer}) as wire:
        made = httpx.ASGITransport(app=HOSTS[host](wire), **transport)
        async with httpx.AsyncClient(transport=made, base_url="https://shop.example.com") as client:
            yield wire, client


def told(wire: Bench) -> list[dict[str, Any]]:
    return [event for _, event in wire.log.events() if event["event"].startswith("host.")]


@pytest.mark.parametrize("host", HOSTS)
async def test_every_published_address_exists(host: str) -> None:
    async with mounted(host) as (wire, client):
        document = (await client.get(f"/login{CONFIGURATION}")).json()
        addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
        assert len(addresses) >= 5
        for address in addresses:
            assert urlsplit(address).path.startswith("/login/")
            assert (await client.get(address)).status_code in {200, 401, 405}
        assert (await client.post("/login/oauth/access_token", json=dict(GOOD))).status_code == 200
        assert (await client.get("/.well-known/oauth-authorization-server/login")).json() == document
        assert told(wire) == []


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(
    "path",
    ["/login/oauth%2Ftoken", "/login/oauth/token/", "/login//oauth/token", "/login", "/login/", "/login/nowhere"],
)
async def test_what_is_no_path_of_ours_is_not_taken_for_one(host: str, path: str) -> None:
    async with mounted(host) as (_, client):
        answer = await client.post(path)
        if "%2F" in path and host.startswith("whole_on"):
            assert answer.status_code == 400  # there it is a slash like any other, which is all that can be known
            return
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


async def test_litestar_hands_over_what_only_begins_like_the_mount_and_gets_a_404() -> None:
    async with mounted("litestar") as (_, client):
        assert (await client.post("/loginx/oauth/token")).status_code == 404
        assert (await client.post("/loginoauth/token")).status_code == 404


@pytest.mark.parametrize("host", HOSTS)
async def test_an_issuer_that_does_not_name_the_mount_is_told(host: str) -> None:
    async with mounted(host, "https://shop.example.com/other/") as (wire, client):
        await client.get(f"/login{CONFIGURATION}")
        [event] = told(wire)
        assert (event["event"], event["root_path"]) == ("host.issuer_mismatch", "/login")


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("prefix", ["", "/eu"])
async def test_a_servers_own_root_path_goes_in_front(host: str, prefix: str) -> None:
    async with mounted(host, "https://shop.example.com/eu/login/", root_path="/eu") as (wire, client):
        assert (await client.get(f"{prefix}/login{CONFIGURATION}")).status_code == 200
        assert told(wire) == []


async def test_what_is_no_request_passes_as_it_is() -> None:
    closed: list[Any] = []

    async def send(message: Any) -> None:
        closed.append(message)

    async def receive() -> Any:
        raise AssertionError

    async with bench({"issuer": ISSUER}) as wire:
        app = create_app(wire.exchange, mounted_at="/login")
        await app({"type": "websocket", "path": "/login/", "root_path": ""}, receive, send)
        assert closed == [{"type": "websocket.close", "code": 1000, "reason": ""}]
