"""Callers of one bench at addresses of their own, and what they are told when it is too much."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
from core.tests.bench import GOOD, NOW, URL, Bench

from accredit import create_app

TOO_MANY_REQUESTS = {"error": "too_many_requests", "error_description": "too many requests, try again later"}
TOO_MANY_ATTEMPTS = {
    "error": "too_many_attempts",
    "error_description": "too many failed attempts, try again later",
}


class At:
    """Somebody at an address."""

    def __init__(self, wire: Bench, address: str = "203.0.113.5") -> None:
        self._wire = wire
        self._address = address

    async def send(self, path: str, headers: Mapping[str, str] | None = None, /, **fields: str) -> httpx.Response:
        """Post JSON, by a connection of one's own."""
        return await self.send_raw(path, json.dumps(fields), {"content-type": "application/json", **(headers or {})})

    async def send_raw(self, path: str, body: str, headers: Mapping[str, str]) -> httpx.Response:
        """Post a body as it is."""
        transport = httpx.ASGITransport(create_app(self._wire.exchange), client=(self._address, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
            return await client.post(path, content=body, headers=headers)

    async def log_in(self, headers: Mapping[str, str] | None = None, /, **changed: str) -> httpx.Response:
        """Send the good login, changed."""
        return await self.send(URL, headers, **{**GOOD, **changed})

    async def fail(self, times: int = 1, /, **changed: str) -> None:
        """Send a login whose token the provider refuses."""
        for _ in range(times):
            response = await self.log_in(**{"access_token": "wrong", **changed})
            assert response.status_code == 401, response.text


def assert_limited(response: httpx.Response, body: Mapping[str, Any], *, amount: int, wait_s: int = 60) -> None:
    """Check a refusal of one of the contract's two rows, whole, in a window that has begun with the test."""
    assert response.json() == body
    assert response.status_code == 429
    assert response.headers["retry-after"] == str(wait_s)
    stated = [response.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")]
    assert stated == [str(amount), "0", str(NOW + 60)]
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "application/json"
