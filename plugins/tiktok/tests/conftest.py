import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit import Identity
from accredit.credentials import AuthorizationCode
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_tiktok.simulator import TikTokSimulator
from accredit_tiktok.simulator.tokens import CALLBACK, VERIFIER

NOW = 1_795_000_000
PATHS = {"token": "/v2/oauth/token/", "user": "/v2/user/info/"}
Answer = tuple[int, object] | tuple[int, object, Mapping[str, str]] | Mapping[str, object]


class TikTok(httpx.AsyncBaseTransport):
    """The simulated TikTok, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(
        self, simulator: TikTokSimulator, answers: Mapping[str, Answer], requests: list[httpx.Request]
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
                body = json.loads(await response.aread())
                _change(body["data"]["user"] if "data" in body else body, dict(changes))
                return httpx.Response(response.status_code, stream=httpx.ByteStream(json.dumps(body).encode()))


def _change(fields: dict[str, Any], changes: Mapping[str, Any]) -> None:
    fields |= changes
    for name in [name for name, value in fields.items() if value is ...]:
        del fields[name]


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def simulator() -> TikTokSimulator:
    """What the fixture `connect` connects to."""
    return TikTokSimulator(clock=lambda: NOW)


@pytest.fixture
def connect(simulator: TikTokSimulator, requests: list[httpx.Request]) -> Any:
    """`async with connect(answers, **connection settings) as (strategy, ctx)`; `answers` are by path, as above."""

    @asynccontextmanager
    async def connect(answers: Mapping[str, Answer] | None = None, **connection: Any) -> AsyncIterator[tuple[Any, Any]]:
        transport = TikTok(simulator, answers or {}, requests)
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            found = exchange.engine.connections["tiktok"]
            yield found.strategy, exchange.engine.context(found)

    return connect


@pytest.fixture
def verify(requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(code, verifier=…, redirect_uri=…, token=…, user=…, **connection settings)`.

    A call is answered by `(status, body)` or `(status, body, headers)`, or has fields of the simulator's answer changed
    by a mapping, in which `...` drops a field. A body is JSON, or bytes as they are.
    """

    async def verify(
        code: str = "sim-good-ada",
        *,
        verifier: str | None = VERIFIER,
        redirect_uri: str | None = CALLBACK,
        nonce: str | None = None,
        token: Answer | None = None,
        user: Answer | None = None,
        limits: Mapping[str, float] | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"token": token, "user": user}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        simulator = TikTokSimulator(clock=lambda: NOW)
        transport = TikTok(simulator, answers, requests)
        credential = AuthorizationCode.of(code, code_verifier=verifier, redirect_uri=redirect_uri, nonce=nonce)
        async with exchange_for(
            simulator, connection=connection, transport=transport, clock=lambda: NOW, limits=limits or {}
        ) as exchange:
            return await exchange.verify("tiktok", credential)

    return verify
