from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit import Identity, ProviderToken
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_discord.simulator import DiscordSimulator

NOW = 1_795_000_000
PATHS = {"me": "/api/v10/oauth2/@me", "user": "/api/v10/users/@me"}


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def simulator() -> DiscordSimulator:
    """What the fixture `connect` connects to."""
    return DiscordSimulator(clock=lambda: NOW)


@pytest.fixture
def connect(simulator: DiscordSimulator, requests: list[httpx.Request]) -> Any:
    """`async with connect(answers, **connection settings) as (strategy, ctx)`; `answers` are by path, as above."""

    @asynccontextmanager
    async def connect(
        answers: Mapping[str, Instead] | None = None, **connection: Any
    ) -> AsyncIterator[tuple[Any, Any]]:
        between = Between(simulator, answers, requests=requests)
        async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            found = exchange.engine.connections["discord"]
            yield found.strategy, exchange.engine.context(found)

    return connect


@pytest.fixture
def verify(requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, me=…, user=…, **connection settings)`.

    A call is answered by `(status, body)` or `(status, body, headers)`, or has fields of the simulator's answer changed
    by a mapping, in which `...` drops a field. A body is JSON, or bytes as they are.
    """

    async def verify(
        token: str = "sim-good-ada",
        *,
        me: Instead | None = None,
        user: Instead | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"me": me, "user": user}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        simulator = DiscordSimulator(clock=lambda: NOW)
        between = Between(simulator, answers, requests=requests)
        async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            return await exchange.verify("discord", ProviderToken.of(token))

    return verify
