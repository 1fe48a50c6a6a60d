from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit import Identity, ProviderToken
from accredit.testing import Between, exchange_for
from accredit.testing.between import Instead
from accredit_github.simulator import GitHubSimulator
from accredit_github.simulator.tokens import CLIENT_ID

NOW = 1_795_000_000
PATHS = {"check": f"/applications/{CLIENT_ID}/token", "user": "/user", "emails": "/user/emails"}


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def requests() -> list[httpx.Request]:
    """Every request that `verify` has sent."""
    return []


@pytest.fixture
def verify(requests: list[httpx.Request]) -> Callable[..., Awaitable[Identity]]:
    """`verify(token, check=…, user=…, emails=…, **connection settings)`.

    A call is answered by `(status, body)` or `(status, body, headers)`, or has fields of the simulator's answer changed
    by a mapping, in which `...` drops a field. A body is JSON, or bytes as they are.
    """

    async def verify(
        token: str = "gho_sim_good_ada",
        *,
        check: Instead | None = None,
        user: Instead | None = None,
        emails: Instead | None = None,
        **connection: Any,
    ) -> Identity:
        chosen = {"check": check, "user": user, "emails": emails}
        answers = {PATHS[call]: answer for call, answer in chosen.items() if answer is not None}
        simulator = GitHubSimulator(clock=lambda: NOW)
        between = Between(simulator, answers, requests=requests)
        async with exchange_for(simulator, connection=connection, transport=between, clock=lambda: NOW) as exchange:
            return await exchange.verify("github", ProviderToken.of(token))

    return verify
