import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.errors import ExchangeError
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for, person
from accredit_oidc.simulator import OidcSimulator

NOW = 1_800_000_000


class Provider(httpx.AsyncBaseTransport):
    """The simulator, with chosen answers put in the place of its own, by path; remembers every request."""

    def __init__(self, simulator: OidcSimulator) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self.answers: dict[str, tuple[int, Any, dict[str, str]]] = {}
        self.paths: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        answer = self.answers.get(request.url.path)
        if answer is None:
            return await self._simulator.handle_async_request(request)
        status, body, headers = answer
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content), request=request)


@pytest.fixture(scope="session")
def simulator() -> OidcSimulator:
    return OidcSimulator(clock=lambda: NOW)


@pytest.fixture
def id_token(simulator: OidcSimulator) -> str:
    return simulator.id_tokens.mint(person("ada"))


@pytest.fixture
def provider(simulator: OidcSimulator) -> Provider:
    return Provider(simulator)


Verify = Callable[..., Awaitable[Identity]]


@pytest.fixture
def verify(simulator: OidcSimulator, provider: Provider) -> Verify:
    async def verify(token: str, **settings: Any) -> Identity:
        options: Any = {"transport": provider, "clock": lambda: NOW}
        if settings:
            options["connection"] = settings
        async with exchange_for(simulator, **options) as exchange:
            return await exchange.verify("oidc", ProviderToken.of(token))

    return verify


Refused = Callable[..., Awaitable[ExchangeError]]


@pytest.fixture
def refused(verify: Verify) -> Refused:
    async def refused(token: str, **settings: Any) -> ExchangeError:
        with pytest.raises(ExchangeError) as error:
            await verify(token, **settings)
        return error.value

    return refused
