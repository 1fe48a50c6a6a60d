"""Through whichever door a call comes, it counts for its own address, and what a trusted proxy says is believed."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from core.tests.bench import GOOD, URL, bench
from core.tests.contrib.fastapi import host as fastapi
from core.tests.contrib.flask.shop import LOGIN, shop
from core.tests.sync.doors import doorstep

from accredit import create_app

RATES = {"limits": {"address": "2/minute", "trusted_proxies": ["10.0.0.0/8", "unix"]}}
JSON = {"content-type": "application/json"}
PROXIED = {"x-forwarded-for": "192.0.2.1, 203.0.113.9"}
FORGED = {"x-forwarded-for": "192.0.2.77, 203.0.113.9"}
Ask = Callable[[str, Mapping[str, str]], int]
"""Log in from a peer, with headers beside the usual, and return the status."""

CALLS: list[tuple[str, Mapping[str, str]]] = [
    ("203.0.113.5", {}),
    ("203.0.113.5", PROXIED),
    ("203.0.113.5", FORGED),
    ("10.0.0.1", PROXIED),
    ("10.0.0.2", FORGED),
    ("10.0.0.1", PROXIED),
]
"""By a peer of its own, and behind a proxy, until both have asked too often."""
EXPECTED = [200, 200, 429] * 2


@contextmanager
def _flask() -> Iterator[Ask]:
    client = shop(settings=RATES).test_client()

    def ask(peer: str, headers: Mapping[str, str]) -> int:
        return client.post(LOGIN, json=dict(GOOD), headers=headers, environ_base={"REMOTE_ADDR": peer}).status_code

    yield ask


@contextmanager
def _sync() -> Iterator[Ask]:
    with doorstep(RATES) as step:

        def ask(peer: str, headers: Mapping[str, str]) -> int:
            sent = {**JSON, **headers}
            body = json.dumps(dict(GOOD)).encode()
            return step.exchange.answer(
                URL, method="POST", header=lambda name: sent.get(name, ""), body=lambda: body, peer=peer
            ).status

        yield ask


@pytest.mark.threat(17)
@pytest.mark.parametrize("door", [_flask, _sync])
def test_a_blocking_door_knows_who_calls(door: Any) -> None:
    with door() as ask:
        assert [ask(*call) for call in CALLS] == EXPECTED


@pytest.mark.parametrize("door", [_flask, _sync])
def test_a_blocking_door_knows_a_proxy_at_a_unix_socket(door: Any) -> None:
    with door() as ask:
        assert [ask("", PROXIED), ask("", PROXIED), ask("", PROXIED)] == [200, 200, 429]
        assert [ask("", {}) for _ in range(3)] == [200, 200, 200]  # of whom nothing is known


@pytest.mark.threat(17)
async def test_the_asgi_app_knows_who_calls() -> None:
    async with bench(RATES) as wire:
        assert await _asked(create_app(wire.exchange), URL) == EXPECTED


@pytest.mark.threat(17)
async def test_the_router_of_fastapi_knows_who_calls() -> None:
    async with fastapi.host(RATES) as host:
        assert await _asked(host.app, "/login/oauth/access_token") == EXPECTED


async def test_a_proxy_that_nobody_has_named_is_told_of_once() -> None:
    async with bench({}) as wire:
        for path in (URL, URL, "/oauth/token"):
            transport = httpx.ASGITransport(create_app(wire.exchange), client=("10.0.0.1", 4711))
            async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
                await client.post(path, json=dict(GOOD), headers=PROXIED)
        told = [line for level, line in wire.log.events() if line["event"] == "limits.proxy_unnamed"]
    assert [line["detail"] for line in told] == [
        "10.0.0.1 passes on calls of others: if that is a proxy, name it in limits.trusted_proxies"
    ]


async def _asked(app: Any, path: str) -> list[int]:
    found = []
    for peer, headers in CALLS:
        transport = httpx.ASGITransport(app, client=(peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
            found.append((await client.post(path, json=dict(GOOD), headers=headers)).status_code)
    return found
