"""A Facebook to sign in with, at a fixed time, and a transport that can put words into its mouth."""

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import httpx
import pytest

from accredit.credentials import Credential, ProviderToken
from accredit.models import Identity
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_facebook.simulator import FacebookSimulator

NOW = 1_800_000_000

Answer = tuple[int, Any, Mapping[str, str]]
"""Status, body (bytes as they are, anything else as JSON), headers."""
Verify = Callable[..., Coroutine[Any, Any, Identity]]


class Facebook(httpx.AsyncBaseTransport):
    """The simulator, except where `says` replaces the answer of `debug_token` or `me`. Remembers the requests."""

    def __init__(self, simulator: FacebookSimulator) -> None:
        self._simulator = InProcess({BASE_URL: simulator.app()})
        self.answers: dict[str, Answer] = {}
        self.requests: dict[str, httpx.Request] = {}

    def says(self, endpoint: str, body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.answers[endpoint] = (status, body, headers or {})

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        endpoint = request.url.path.strip("/").split("/")[-1]
        self.requests[endpoint] = request
        if endpoint not in self.answers:
            return await self._simulator.handle_async_request(request)
        status, body, headers = self.answers[endpoint]
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, headers=dict(headers), stream=httpx.ByteStream(content))


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture(scope="session")
def simulator() -> FacebookSimulator:
    return FacebookSimulator(clock=lambda: NOW)


@pytest.fixture
def facebook(simulator: FacebookSimulator) -> Facebook:
    return Facebook(simulator)


@pytest.fixture
def verify(simulator: FacebookSimulator, facebook: Facebook) -> Verify:
    """Verify a token as a host does: `await verify("EAAsim-good-ada", app_secret="wrong")`."""

    async def run(
        token: str | ProviderToken | Credential, *, nonce: str | None = None, now: float = NOW, **connection: Any
    ) -> Identity:
        handed = ProviderToken.of(token, nonce=nonce) if isinstance(token, str) else token
        engine = exchange_for(simulator, connection=connection, transport=facebook, clock=lambda: now)
        async with engine as exchange:
            return await exchange.verify("facebook", handed)

    return run


@pytest.fixture
def token_data() -> dict[str, Any]:
    """`data` of `debug_token` for a living token of Ada's, granted to our app."""
    return {
        "app_id": "100000000000042",
        "type": "USER",
        "application": "Sample App",
        "data_access_expires_at": NOW + 7_776_000,
        "expires_at": NOW + 5_184_000,
        "is_valid": True,
        "issued_at": NOW - 60,
        "scopes": ["public_profile", "email"],
        "user_id": "1000000000000001",
    }
