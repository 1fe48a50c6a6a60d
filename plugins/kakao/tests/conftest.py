from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.models import Identity
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_kakao.simulator import KakaoSimulator

NOW = 1_800_000_000
PATHS = {"info": "/v1/user/access_token_info", "me": "/v2/user/me"}


@pytest.fixture(scope="session")
def simulator() -> KakaoSimulator:
    return KakaoSimulator(clock=lambda: NOW)


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def connect(simulator: KakaoSimulator, requests: list[httpx.Request]) -> Any:
    """`async with connect(answers, **connection settings) as (strategy, ctx)`; `answers` are (status, body) by path."""

    @asynccontextmanager
    async def connect(
        answers: Mapping[str, Instead] | None = None, **connection: Any
    ) -> AsyncIterator[tuple[Any, Any]]:
        between = Between(simulator, answers, requests=requests)
        async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            found = exchange.engine.connections["kakao"]
            yield found.strategy, exchange.engine.context(found)

    return connect


@pytest.fixture
def verify(simulator: KakaoSimulator, requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, …, **connection settings)`; `info` and `me` are (status, body)."""

    async def verify(
        token: str = "sim-good-ada",
        *,
        nonce: str | None = None,
        id_token: str | None = None,
        info: Instead | None = None,
        me: Instead | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"info": info, "me": me}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        between = Between(simulator, answers, requests=requests)
        async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            extras = None if id_token is None else {"id_token": id_token}
            return await exchange.verify("kakao", ProviderToken.of(token, nonce=nonce, extras=extras))

    return verify
