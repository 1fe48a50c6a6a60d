import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from accredit.credentials import Credential, ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_linkedin.simulator import LinkedInSimulator

NOW = 1_800_000_000
PATHS = {
    "introspection": "/oauth/v2/introspectToken",
    "userinfo": "/v2/userinfo",
    "keys": "/oauth/openid/jwks",
    "exchange": "/oauth/v2/accessToken",
}
Answer = tuple[int, object] | Mapping[str, object]


class LinkedIn(httpx.AsyncBaseTransport):
    """The simulator, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: LinkedInSimulator, answers: Mapping[str, Answer], seen: list[httpx.Request]) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._answers = answers
        self._seen = seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._seen.append(request)
        match self._answers.get(request.url.path):
            case None:
                return await self._simulator.handle_async_request(request)
            case (int(status), body):
                content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                return httpx.Response(status, stream=httpx.ByteStream(content))
            case changes:
                response = await self._simulator.handle_async_request(request)
                fields = {**json.loads(await response.aread()), **dict(changes)}
                content = json.dumps({name: value for name, value in fields.items() if value is not ...}).encode()
                return httpx.Response(response.status_code, stream=httpx.ByteStream(content))


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def simulator() -> LinkedInSimulator:
    return LinkedInSimulator(clock=lambda: NOW)


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def verify(simulator: LinkedInSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, introspection=…, userinfo=…, **connection settings)`.

    A call is answered by `(status, body)`, or has fields of the simulator's answer changed by a mapping, in which `...`
    drops a field.
    """

    async def verify(
        token: str | Credential = "AQXsim-good-ada",
        *,
        introspection: Answer | None = None,
        userinfo: Answer | None = None,
        exchanged: Answer | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"introspection": introspection, "userinfo": userinfo, "exchange": exchanged}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        transport = LinkedIn(simulator, answers, requests)
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            handed = ProviderToken.of(token) if isinstance(token, str) else token
            return await exchange.verify("linkedin", handed)

    return verify
