import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit import Identity, ProviderToken
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_discord.simulator import DiscordSimulator

NOW = 1_795_000_000
PATHS = {"me": "/api/v10/oauth2/@me", "user": "/api/v10/users/@me"}
Answer = tuple[int, object] | tuple[int, object, Mapping[str, str]] | Mapping[str, object]


class Discord(httpx.AsyncBaseTransport):
    """The simulated Discord, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(
        self, simulator: DiscordSimulator, answers: Mapping[str, Answer], requests: list[httpx.Request]
    ) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._answers = answers
        self._requests = requests

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._requests.append(request)
        match self._answers.get(request.url.path):
            case None:
                return await self._simulator.handle_async_request(request)
            case (int(status), body, *headers):
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                return httpx.Response(status, headers=headers[0] if headers else {}, stream=httpx.ByteStream(content))
            case changes:
                response = await self._simulator.handle_async_request(request)
                fields = {**json.loads(await response.aread()), **dict(changes)}
                content = json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()
                return httpx.Response(response.status_code, stream=httpx.ByteStream(content))


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def simulator() -> DiscordSimulator:
    """What the fixture `connect` connects to."""
    return DiscordSimulator(clock=lambda: NOW)


@pytest.fixture
def connect(simulator: DiscordSimulator, requests: list[httpx.Request]) -> Any:
    """`async with connect(answers, **connection settings) as (strategy, ctx)`; `answers` are by path, as above."""

    @asynccontextmanager
    async def connect(answers: Mapping[str, Answer] | None = None, **connection: Any) -> AsyncIterator[tuple[Any, Any]]:
        transport = Discord(simulator, answers or {}, requests)
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            found = exchange.engine.connections["discord"]
            yield found.strategy, exchange.engine.context(found)

    return connect


@pytest.fixture
def verify(requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, me=…, user=…, **connection settings)`.

    A call is answered by `(status, body)` or `(status, body, headers)`, or has fields of the simulator's answer changed
    by a mapping, in which `...` drops a field. A body is JSON, or bytes as they are.
    """

    async def verify(
        token: str = "sim-good-ada",
        *,
        me: Answer | None = None,
        user: Answer | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"me": me, "user": user}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        simulator = DiscordSimulator(clock=lambda: NOW)
        transport = Discord(simulator, answers, requests)
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            return await exchange.verify("discord", ProviderToken.of(token))

    return verify
