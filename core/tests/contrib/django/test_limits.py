"""Limits in a project of Django's: for the address of the caller, under WSGI and under ASGI."""

from collections.abc import Mapping
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from core.tests.bench import GOOD
from core.tests.contrib.django.shop import LOGIN, open_shop
from django.test import AsyncClient, Client

RATES = {"address": "2/minute", "trusted_proxies": ["10.0.0.0/8"]}
PROXIED = {"x-forwarded-for": "192.0.2.1, 203.0.113.9"}
FORGED = {"x-forwarded-for": "192.0.2.77, 203.0.113.9"}

pytestmark = pytest.mark.usefixtures("shop")


class At(AsyncClient):
    """Somebody at an address."""

    def __init__(self, peer: str) -> None:
        super().__init__()
        self._peer = peer

    def _base_scope(self, **request: Any) -> dict[str, Any]:
        scope: dict[str, Any] = super()._base_scope(**request)  # type: ignore[misc]  # django-stubs do not know it
        return {**scope, "client": (self._peer, 4711)}


def blocking(peer: str, headers: Mapping[str, str]) -> Any:
    return Client(REMOTE_ADDR=peer).post(LOGIN, dict(GOOD), content_type="application/json", headers=headers)


def asynchronous(peer: str, headers: Mapping[str, str]) -> Any:
    async def call() -> Any:
        client = At(peer)
        return await client.post(LOGIN, dict(GOOD), content_type="application/json", headers=headers)

    return async_to_sync(call)()


@pytest.mark.threat(17)
@pytest.mark.parametrize("ask", [blocking, asynchronous])
def test_the_endpoints_know_who_calls(ask: Any) -> None:
    with open_shop(limits=RATES):
        direct = [ask("203.0.113.5", headers) for headers in ({}, PROXIED, FORGED)]
        behind = [ask("10.0.0.1", headers) for headers in (PROXIED, FORGED, PROXIED)]

    assert [answer.status_code for answer in direct + behind] == [200, 200, 429] * 2
    assert direct[-1].json()["error"] == "too_many_requests"
    assert direct[-1].headers["X-RateLimit-Limit"] == "2"
