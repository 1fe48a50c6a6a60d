import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_kakao.simulator import KakaoSimulator

NOW = 1_800_000_000
PATHS = {"info": "/v1/user/access_token_info", "me": "/v2/user/me"}


class Kakao(httpx.AsyncBaseTransport):
    """The simulator, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(
        self, simulator: KakaoSimulator, answers: Mapping[str, tuple[int, Any]], requests: list[httpx.Request]
    ) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._answers = answers
        self._requests = requests

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._requests.append(request)
        answer = self._answers.get(request.url.path)
        if answer is None:
            return await self._simulator.handle_async_request(request)
        status, body = answer
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return httpx.Response(status, stream=httpx.ByteStream(content), request=request)


@pytest.fixture(scope="session")
def simulator() -> KakaoSimulator:
    return KakaoSimulator(clock=lambda: NOW)


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def connect(simulator: KakaoSimulator, requests: list[httpx.Request]) -> Any:
    """`async with connect(answers, **connection settings) as (strategy, ctx)`; `answers` are (status, body) by path."""

    @asynccontextmanager
    async def connect(
        answers: Mapping[str, tuple[int, Any]] | None = None, **connection: Any
    ) -> AsyncIterator[tuple[Any, Any]]:
        transport = Kakao(simulator, answers or {}, requests)
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            found = exchange.engine.connections["kakao"]
            yield found.strategy, exchange.engine.context(found)

    return connect


@pytest.fixture
def verify(simulator: KakaoSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, …, **connection settings)`; `info` and `me` are (status, body)."""

    async def verify(
        token: str = "sim-good-ada",
        *,
        nonce: str | None = None,
        id_token: str | None = None,
        info: tuple[int, Any] | None = None,
        me: tuple[int, Any] | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"info": info, "me": me}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        transport = Kakao(simulator, answers, requests)
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            extras = None if id_token is None else {"id_token": id_token}
            return await exchange.verify("kakao", ProviderToken.of(token, nonce=nonce, extras=extras))

    return verify
