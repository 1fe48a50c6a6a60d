"""Mounted in somebody's app: every published address exists, or the host is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from core.tests.bench import GOOD, Bench, bench
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Send

from accredit import create_app, metadata_route

CONFIGURATION = "/.well-known/openid-configuration"
AT_THE_ROOT = "/.well-known/oauth-authorization-server/login"


def in_starlette(wire: Bench) -> ASGIApp:
    return Starlette(routes=[metadata_route(wire.exchange), Mount("/login", create_app(wire.exchange))])


def in_fastapi(wire: Bench) -> ASGIApp:
    app = FastAPI()
    app.router.routes.append(metadata_route(wire.exchange))
    app.mount("/login", create_app(wire.exchange))
    return app


HOSTS = {"starlette": in_starlette, "fastapi": in_fastapi}


@asynccontextmanager
async def mounted(issuer: str, host: str = "starlette") -> AsyncIterator[tuple[Bench, httpx.AsyncClient]]:
    async with bench({"issuer": issuer}) as wire:
        transport = httpx.ASGITransport(app=HOSTS[host](wire))
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
            yield wire, client


def told(wire: Bench) -> list[dict[str, Any]]:
    return [event for _, event in wire.log.events() if event["event"].startswith("host.")]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("issuer", ["https://shop.example.com/login/", "https://shop.example.com/login"])
async def test_every_published_address_exists(host: str, issuer: str) -> None:
    async with mounted(issuer, host) as (wire, client):
        document = (await client.get(f"/login{CONFIGURATION}")).json()
        addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
        assert len(addresses) >= 5
        for address in addresses:
            assert urlsplit(address).path.startswith("/login/")
            assert (await client.get(address)).status_code in {200, 401, 405}
        assert document["issuer"] == issuer
        assert (await client.post("/login/oauth/access_token", json=dict(GOOD))).status_code == 200
        assert told(wire) == []


@pytest.mark.parametrize("host", HOSTS)
async def test_the_metadata_are_at_the_root_of_the_host_too(host: str) -> None:
    async with mounted("https://shop.example.com/login/", host) as (_, client):
        below, at_the_root = await client.get(f"/login{CONFIGURATION}"), await client.get(AT_THE_ROOT)
        assert (at_the_root.status_code, at_the_root.json()) == (200, below.json())
        assert at_the_root.headers["etag"] == below.headers["etag"]
        assert (await client.post(AT_THE_ROOT)).status_code == 405


@pytest.mark.parametrize("issuer", ["https://login.example.com", "https://login.example.com/"])
async def test_the_metadata_of_an_issuer_without_a_path_are_where_they_always_were(issuer: str) -> None:
    async with bench({"issuer": issuer}) as wire:
        assert metadata_route(wire.exchange).path == "/.well-known/oauth-authorization-server"
        assert (await wire.client.get("/.well-known/oauth-authorization-server")).json()["issuer"] == issuer


async def test_served_by_itself_behind_a_proxy_that_takes_the_path_off_it_answers_there_too() -> None:
    async with bench({"issuer": "https://shop.example.com/login/"}) as wire:
        assert (await wire.client.get(AT_THE_ROOT)).json()["issuer"] == "https://shop.example.com/login/"
        assert told(wire) == []


@pytest.mark.parametrize(
    ("issuer", "right"),
    [
        ("https://shop.example.com/", "https://shop.example.com/login/"),
        ("https://shop.example.com/other/", "https://shop.example.com/login/"),
        ("https://shop.example.com/xlogin/", "https://shop.example.com/login/"),
        ("https://shop.example.com/login/more/", "https://shop.example.com/login/"),
        ("https://shop.example.com:8443", "https://shop.example.com:8443/login/"),
    ],
)
async def test_an_issuer_that_does_not_name_the_mount_is_told_once(issuer: str, right: str) -> None:
    async with mounted(issuer) as (wire, client):
        assert told(wire) == []
        for _ in range(3):
            assert (await client.get(f"/login{CONFIGURATION}")).status_code == 200
        [event] = told(wire)
        assert (event["event"], event["level"]) == ("host.issuer_mismatch", "warning")
        assert (event["issuer"], event["root_path"]) == (issuer, "/login")
        assert event["detail"].endswith(f'set issuer = "{right}"')


async def test_a_path_that_a_proxy_puts_in_front_of_the_mount_is_no_mismatch() -> None:
    async with mounted("https://shop.example.com/eu/login/") as (wire, client):
        await client.get(f"/login{CONFIGURATION}")
        assert told(wire) == []


@pytest.mark.parametrize(("root_path", "mismatch"), [("", False), ("/", False), ("/login", False), ("/auth", True)])
async def test_a_servers_own_root_path_counts(root_path: str, mismatch: bool) -> None:
    async with bench({"issuer": "https://shop.example.com/login/"}) as wire:
        transport = httpx.ASGITransport(app=create_app(wire.exchange), root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
            await client.get("/healthz")
        assert [event["root_path"] for event in told(wire)] == (["/auth"] if mismatch else [])


async def test_a_long_path_is_cut_in_the_log() -> None:
    async with bench() as wire:
        transport = httpx.ASGITransport(app=create_app(wire.exchange), root_path="/" + "x" * 5000)
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
            await client.get("/healthz")
        [event] = told(wire)
        assert len(event["root_path"]) == 200


async def test_what_is_no_request_does_not_count_as_the_first() -> None:
    async with bench() as wire:
        app = create_app(wire.exchange)
        closed: list[Any] = []
        await app({"type": "websocket", "path": "/", "root_path": "/before"}, nothing, sender(closed))
        assert (closed, told(wire)) == ([{"type": "websocket.close", "code": 1000, "reason": ""}], [])
        for root_path in ("/login", "/later"):
            transport = httpx.ASGITransport(app=app, root_path=root_path)
            async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
                await client.get("/nowhere")
        assert [event["root_path"] for event in told(wire)] == ["/login"]


async def nothing() -> Any:
    raise AssertionError


def sender(sent: list[Any]) -> Send:
    async def send(message: Any) -> None:
        sent.append(message)

    return send
