"""Callers who are never the same twice: each has another token, another client id or another address.

`python -m tests.faults.strangers` sends a million of them through one exchange, in process, and tells what it holds.
"""

import argparse
import asyncio
import gc
import json
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import httpx
from tests.faults.moody import APP_ID, facts, refusal

from accredit import Exchange, Settings, create_app
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey

ALL = 1_000_000
LINES = 10


class Foreign(httpx.AsyncBaseTransport):
    """A Facebook whose tokens are of another app, every other one of them, and no good for the rest."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        number = int(
            request.url.params.get("input_token", request.url.params.get("access_token", "0")).rpartition("-")[2]
        )
        is_inspection = request.url.path.endswith("/debug_token")
        answer = refusal() if number % 2 else facts(number, is_inspection, app_id="180000000000002")
        return httpx.Response(200, json=answer)


def exchange(*, cache_max_bytes: int) -> Exchange:
    """Make one that believes what a proxy says of addresses."""
    connection = {"app_id": APP_ID, "app_secret": "0123456789abcdef0123456789abcdef"}
    settings = Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "connections": {"facebook": connection},
            "clients": {"app": {"connections": ["facebook"]}},
            "storage": {"url": "memory://"},
            "limits": {"trusted_proxies": ["127.0.0.1"]},
            "cache": {"max_bytes": cache_max_bytes},
        }
    )
    keys = SigningKeys([SigningKey.generate("ES256")])
    return Exchange(settings, transport=Foreign(), keys=keys, logger=logging.getLogger("strangers"))


async def send(app: Any, numbers: range) -> set[int]:
    """Send one request for each number, and return which statuses came back."""
    statuses: set[int] = set()

    async def collect(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.add(message["status"])

    for number in numbers:
        # One in three names a client that there is not.
        client_id = "app" if number % 3 else f"client-{number}"
        token = f"EAAstranger-{number}"
        body = json.dumps({"client_id": client_id, "connection": "facebook", "access_token": token}).encode()
        address = f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive(messages: Any = messages) -> Any:
            return next(messages, {"type": "http.disconnect"})

        await app(_scope(address, len(body)), receive, collect)
    return statuses


def _scope(address: str, length: int) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/oauth/access_token",
        "raw_path": b"/oauth/access_token",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"login.example.com"),
            (b"content-type", b"application/json"),
            (b"content-length", str(length).encode()),
            (b"x-forwarded-for", address.encode()),
        ],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8000),
    }


def held() -> int:
    """Return how many blocks of memory Python's objects take."""
    gc.collect()
    return sys.getallocatedblocks()


def _resident_mib() -> float:
    with open("/proc/self/statm", encoding="utf-8") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def _run(number: int, tell: Callable[[str], None]) -> None:
    async with exchange(cache_max_bytes=8_388_608) as made:
        app, step = create_app(made), number // LINES
        for first in range(0, number, step):
            statuses = await send(app, range(first, first + step))
            tell(f"{first + step:>9} strangers: {_resident_mib():6.1f} MiB, {held():>8} blocks, {sorted(statuses)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=ALL)
    asyncio.run(_run(parser.parse_args().number, print))
