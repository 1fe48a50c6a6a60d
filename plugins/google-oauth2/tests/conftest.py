import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_google_oauth2.simulator import GoogleSimulator

NOW = 1_800_000_000


class Google(httpx.AsyncBaseTransport):
    """The simulator, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: GoogleSimulator, answers: Mapping[str, tuple[int, Any, dict[str, str]]]) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._answers = answers
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.get(request.url.path)
        if answer is None:
            return await self._simulator.handle_async_request(request)
        status, body, headers = answer
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content), request=request)


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture(scope="session")
def simulator() -> GoogleSimulator:
    return GoogleSimulator(clock=lambda: NOW)


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def connect(simulator: GoogleSimulator, requests: list[httpx.Request]) -> Any:
    """`async with connect(answers, **connection settings) as (strategy, ctx)`; `answers` are by path, as above."""

    @asynccontextmanager
    async def connect(
        answers: Mapping[str, tuple[int, Any, dict[str, str]]] | None = None, **connection: Any
    ) -> AsyncIterator[tuple[Any, Any]]:
        transport = Google(simulator, answers or {})
        transport.requests = requests
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            found = exchange.engine.connections["google-oauth2"]
            yield found.strategy, exchange.engine.context(found)

    return connect


@pytest.fixture
def verify(simulator: GoogleSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, …, **connection settings)`; `tokeninfo`, `userinfo` and `certs` are (status, body, headers)."""

    async def verify(
        token: str,
        *,
        nonce: str | None = None,
        tokeninfo: tuple[int, Any, dict[str, str]] | None = None,
        userinfo: tuple[int, Any, dict[str, str]] | None = None,
        certs: tuple[int, Any, dict[str, str]] | None = None,
        clock: float = NOW,
        **connection: Any,
    ) -> Identity:
        chosen = {"/tokeninfo": tokeninfo, "/v1/userinfo": userinfo, "/oauth2/v3/certs": certs}
        transport = Google(simulator, {path: one for path, one in chosen.items() if one is not None})
        transport.requests = requests
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: clock) as exchange:
            return await exchange.verify(simulator.strategy, ProviderToken.of(token, nonce=nonce))

    return verify
