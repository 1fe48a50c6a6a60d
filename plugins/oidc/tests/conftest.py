import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accredit.credentials import Credential, ProviderToken
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
        self.requests: list[httpx.Request] = []

    @property
    def paths(self) -> list[str]:
        return [one.url.path for one in self.requests]

    @property
    def bearers(self) -> list[str]:
        headers = [one.headers.get("authorization", "") for one in self.requests]
        return [one.removeprefix("Bearer ") for one in headers if one.startswith("Bearer ")]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(request.url.path)
        if answer is None:
            return await self._simulator.handle_async_request(request)
        status, body, headers = answer
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content), request=request)


@pytest.fixture(scope="session")
def simulator() -> OidcSimulator:
    return OidcSimulator(clock=lambda: NOW)


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """Private keys of ours in PEM, by the algorithm that they sign by."""
    made: dict[str, Any] = {
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "RS256": rsa.generate_private_key(65537, 2048),
    }
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {name: key.private_bytes(*form).decode() for name, key in made.items()}


@pytest.fixture
def id_token(simulator: OidcSimulator) -> str:
    return simulator.id_tokens.mint(person("ada"))


@pytest.fixture
def provider(simulator: OidcSimulator) -> Provider:
    return Provider(simulator)


Verify = Callable[..., Awaitable[Identity]]


@pytest.fixture
def verify(simulator: OidcSimulator, provider: Provider) -> Verify:
    async def verify(token: str | ProviderToken | Credential, **settings: Any) -> Identity:
        options: Any = {"transport": provider, "clock": lambda: NOW}
        if settings:
            options["connection"] = settings
        async with exchange_for(simulator, **options) as exchange:
            return await exchange.verify("oidc", ProviderToken.of(token) if isinstance(token, str) else token)

    return verify


Refused = Callable[..., Awaitable[ExchangeError]]


@pytest.fixture
def refused(verify: Verify) -> Refused:
    async def refused(token: str | ProviderToken | Credential, **settings: Any) -> ExchangeError:
        with pytest.raises(ExchangeError) as error:
            await verify(token, **settings)
        return error.value

    return refused
