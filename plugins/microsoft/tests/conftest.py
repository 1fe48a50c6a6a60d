from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.credentials import Credential, ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_microsoft.simulator import MicrosoftSimulator

NOW = 1_800_000_000


class Microsoft(httpx.AsyncBaseTransport):
    """The simulator; remembers every request."""

    def __init__(self, simulator: MicrosoftSimulator, seen: list[httpx.Request]) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._seen = seen

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._seen.append(request)
        return await self._simulator.handle_async_request(request)


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture(scope="session")
def simulator() -> MicrosoftSimulator:
    return MicrosoftSimulator(clock=lambda: NOW)


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def verify(simulator: MicrosoftSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, **connection settings)`."""

    async def verify(token: str | Credential, **connection: Any) -> Identity:
        transport = Microsoft(simulator, requests)
        async with exchange_for(simulator, connection=connection, transport=transport, clock=lambda: NOW) as exchange:
            handed = ProviderToken.of(token) if isinstance(token, str) else token
            return await exchange.verify("microsoft", handed)

    return verify
