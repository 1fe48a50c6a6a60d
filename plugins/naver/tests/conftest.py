from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from accredit import Exchange
from accredit.credentials import AuthorizationCode
from accredit.models import Identity
from accredit.testing import Between, exchange_for
from accredit_naver.simulator import NaverSimulator
from accredit_naver.simulator.codes import CALLBACK, STATE, VERIFIER

NOW = 1_800_000_000


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def naver() -> NaverSimulator:
    return NaverSimulator(clock=lambda: NOW)


@pytest.fixture
def between(naver: NaverSimulator) -> Between:
    return Between(naver)


@pytest.fixture
def connect(naver: NaverSimulator, between: Between) -> Callable[..., AbstractAsyncContextManager[Exchange]]:
    """`async with connect(**connection settings) as exchange`."""

    @asynccontextmanager
    async def connect(**connection: Any) -> AsyncIterator[Exchange]:
        async with exchange_for(naver, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            yield exchange

    return connect


@pytest.fixture
def log_in(connect: Callable[..., AbstractAsyncContextManager[Exchange]]) -> Callable[..., Any]:
    """`await log_in(code, **what to send, **connection settings)`; None sends nothing."""

    async def log_in(
        code: str,
        *,
        state: str | None = STATE,
        verifier: str | None = VERIFIER,
        redirect_uri: str | None = CALLBACK,
        nonce: str | None = None,
        connection: Mapping[str, Any] | None = None,
    ) -> Identity:
        extras = None if state is None else {"naver_state": state}
        credential = AuthorizationCode.of(
            code, code_verifier=verifier, redirect_uri=redirect_uri, nonce=nonce, extras=extras
        )
        async with connect(**(connection or {})) as exchange:
            return await exchange.verify("naver", credential)

    return log_in
