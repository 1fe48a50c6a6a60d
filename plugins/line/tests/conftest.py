from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.models import Identity
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_line.simulator import LineSimulator

NOW = 1_800_000_000
GOOD = "eyJhbGciOiJIUzI1NiJ9.sim-good-ada.line"
PATHS = {"granted": "/oauth2/v2.1/verify", "profile": "/v2/profile", "userinfo": "/oauth2/v2.1/userinfo"}


@pytest.fixture(scope="session")
def simulator() -> LineSimulator:
    return LineSimulator(clock=lambda: NOW)


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def connect(simulator: LineSimulator, requests: list[httpx.Request]) -> Any:
    """`async with connect(answers, **connection settings) as (strategy, ctx)`; `answers` are (status, body) by path."""

    @asynccontextmanager
    async def connect(
        answers: Mapping[str, Instead] | None = None, **connection: Any
    ) -> AsyncIterator[tuple[Any, Any]]:
        between = Between(simulator, answers, requests=requests)
        async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            found = exchange.engine.connections["line"]
            yield found.strategy, exchange.engine.context(found)

    return connect


@pytest.fixture
def verify(simulator: LineSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, …, **connection settings)`; `granted`, `profile` and `userinfo` are (status, body)."""

    async def verify(
        token: str = GOOD,
        *,
        nonce: str | None = None,
        id_token: str | None = None,
        granted: Instead | None = None,
        profile: Instead | None = None,
        userinfo: Instead | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"granted": granted, "profile": profile, "userinfo": userinfo}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        between = Between(simulator, answers, requests=requests)
        async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            extras = None if id_token is None else {"id_token": id_token}
            return await exchange.verify("line", ProviderToken.of(token, nonce=nonce, extras=extras))

    return verify
