import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_weibo.simulator import WeiboSimulator

NOW = 1_790_000_000
PATHS = {
    "info": "/oauth2/get_token_info",
    "user": "/2/users/show.json",
    "email": "/2/account/profile/email.json",
}
Answer = tuple[int, object] | Mapping[str, object] | Exception


class Weibo(httpx.AsyncBaseTransport):
    """The simulated Weibo, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: WeiboSimulator, answers: Mapping[str, Answer], requests: list[httpx.Request]) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._answers = answers
        self._requests = requests

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._requests.append(request)
        match self._answers.get(request.url.path):
            case None:
                return await self._simulator.handle_async_request(request)
            case Exception() as error:
                raise error
            case (int(status), body):
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                return httpx.Response(status, stream=httpx.ByteStream(content))
            case changes:
                response = await self._simulator.handle_async_request(request)
                fields = {**json.loads(await response.aread()), **changes}
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
def verify(requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, info=…, user=…, email=…, **connection settings)`.

    A call is answered by `(status, body)`, fails with an exception, or has fields of the simulator's answer changed
    by a mapping, in which `...` drops a field. A body is JSON, or bytes as they are.
    """

    async def verify(
        token: str = "2.00sim-good-ada",
        *,
        info: Answer | None = None,
        user: Answer | None = None,
        email: Answer | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"info": info, "user": user, "email": email}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        simulator = WeiboSimulator(clock=lambda: NOW)
        transport = Weibo(simulator, answers, requests)
        async with exchange_for(
            simulator, connection=connection, transport=transport, clock=lambda: NOW + 0.9
        ) as exchange:
            return await exchange.verify("weibo", ProviderToken.of(token))

    return verify
