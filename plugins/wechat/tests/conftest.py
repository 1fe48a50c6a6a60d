import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from accredit.credentials import Credential, ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_wechat.simulator import WeChatSimulator

NOW = 1_795_000_000
PATHS = {"exchanged": "/sns/oauth2/access_token", "user": "/sns/userinfo"}
Answer = tuple[int, object] | Mapping[str, object] | Exception


class WeChat(httpx.AsyncBaseTransport):
    """The simulated WeChat, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: WeChatSimulator, answers: Mapping[str, Answer], seen: list[httpx.Request]) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._answers = answers
        self._seen = seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._seen.append(request)
        match self._answers.get(request.url.path):
            case None:
                return await self._simulator.handle_async_request(request)
            case Exception() as failure:
                raise failure
            case (int(status), body):
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                return httpx.Response(status, stream=httpx.ByteStream(content))
            case changes:
                response = await self._simulator.handle_async_request(request)
                fields = {**json.loads(await response.aread()), **dict(changes)}
                content = json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()
                return httpx.Response(response.status_code, stream=httpx.ByteStream(content))


@pytest.fixture
def simulator() -> WeChatSimulator:
    return WeChatSimulator(clock=lambda: NOW)


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def verify(simulator: WeChatSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(code, exchanged=…, user=…, **connection settings)`.

    A call is answered by `(status, body)`, fails with an exception, or has fields of the simulator's answer changed by
    a mapping, in which `...` drops a field. A body is JSON, or bytes as they are.
    """

    async def verify(
        code: str | Credential = "sim-good-ada",
        *,
        exchanged: Answer | None = None,
        user: Answer | None = None,
        limits: Mapping[str, float] | None = None,
        plugins: tuple[object, ...] = (),
        **connection: Any,
    ) -> Identity:
        chosen = {"exchanged": exchanged, "user": user}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        async with exchange_for(
            simulator,
            connection=connection,
            transport=WeChat(simulator, answers, requests),
            clock=lambda: NOW,
            limits=limits,
            plugins=plugins,
        ) as exchange:
            handed = ProviderToken.of(code) if isinstance(code, str) else code
            return await exchange.verify("wechat", handed)

    return verify
