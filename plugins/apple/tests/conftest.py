import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit.strategy import Strategy, VerifyContext
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_apple.simulator import AppleSimulator

NOW = 1_800_000_000


class Clock:
    """Says what time it is, in epoch seconds."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


class Between(httpx.AsyncBaseTransport):
    """The simulated Apple, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: AppleSimulator) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self.instead: dict[str, tuple[int, object]] = {}
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if (chosen := self.instead.get(request.url.path)) is None:
            return await self._simulator.handle_async_request(request)
        status, body = chosen
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, stream=httpx.ByteStream(content))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def apple(clock: Clock) -> AppleSimulator:
    return AppleSimulator(clock=clock)


@pytest.fixture
def between(apple: AppleSimulator) -> Between:
    return Between(apple)


Connect = Callable[..., AbstractAsyncContextManager[tuple[Any, Strategy[Any], VerifyContext]]]


@pytest.fixture
def connect(apple: AppleSimulator, between: Between, clock: Clock) -> Connect:
    """Open an exchange with these settings; gives it, with the strategy and a context for one call of it."""

    @asynccontextmanager
    async def connect(**connection: Any) -> AsyncIterator[tuple[Any, Strategy[Any], VerifyContext]]:
        changed: Mapping[str, Any] = connection
        async with exchange_for(apple, connection=dict(changed), transport=between, clock=clock) as exchange:
            ours = exchange.engine.connections["apple"]
            yield exchange, ours.strategy, exchange.engine.context(ours)

    return connect
