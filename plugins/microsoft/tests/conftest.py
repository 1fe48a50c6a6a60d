import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.credentials import AuthorizationCode, Credential, ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for, person
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.simulator.codes import CALLBACK, VERIFIER

NOW = 1_800_000_000
TOKEN_PATH = "/common/oauth2/v2.0/token"


class Microsoft(httpx.AsyncBaseTransport):
    """The simulator, with one answer put in the place of the exchange's; remembers every request."""

    def __init__(
        self, simulator: MicrosoftSimulator, seen: list[httpx.Request], exchanged: tuple[int, object] | None = None
    ) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self._seen = seen
        self._exchanged = exchanged

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._seen.append(request)
        if self._exchanged is None or request.url.path != TOKEN_PATH:
            return await self._simulator.handle_async_request(request)
        status, body = self._exchanged
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, stream=httpx.ByteStream(content))


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


@pytest.fixture
def log_in(simulator: MicrosoftSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`log_in(**what is odd about it, **connection settings)`: ada logs in by a code; `exchanged` is (status, body)."""

    async def log_in(
        *,
        at: MicrosoftSimulator = simulator,
        begun_with: str | None = VERIFIER,
        verifier: str | None = VERIFIER,
        redirect_uri: str | None = CALLBACK,
        openid: bool = True,
        nonce: str | None = None,
        code: str | None = None,
        exchanged: tuple[int, object] | None = None,
        **connection: Any,
    ) -> Identity:
        transport = Microsoft(at, requests, exchanged)
        value = code or at.new_code(person("ada"), verifier=begun_with, openid=openid)
        credential = AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=redirect_uri, nonce=nonce)
        before = len(requests)
        limits = {"provider_retries": 2}
        async with exchange_for(
            at, connection=connection, transport=transport, clock=at.clock, limits=limits
        ) as exchange:
            try:
                return await exchange.verify("microsoft", credential)
            finally:
                sent = [one.url.path for one in requests[before:]]
                assert sent.count(TOKEN_PATH) <= 1  # a code is never sent twice

    return log_in
