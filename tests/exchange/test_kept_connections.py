"""A provider that closes its kept connections just when they are used again costs nobody a login."""

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.conftest import GOOD_ONCE, SIGNED, STRATEGIES, Bench

from accredit import ProviderToken
from accredit.provider.transport import make_transport
from accredit.testing import exchange_for, serve
from accredit.testing.simulator import misbehaviour

pytestmark = pytest.mark.slow


class ClosingAtReuse:
    """Answers the first request of each connection, and hangs up at the second."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.served: set[tuple[str, int]] = set()
        self.closed = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["client"] in self.served:
            self.closed += 1
            await misbehaviour.hang_up(receive, send)
            return
        if scope["type"] == "http":
            self.served.add(scope["client"])
        await self.app(scope, receive, send)


# A code is never sent twice, and of what is signed the keys are fetched once.
@pytest.mark.parametrize("strategy", [one for one in STRATEGIES if one not in {*GOOD_ONCE, *SIGNED}])
async def test_a_kept_connection_that_ends_at_reuse_costs_no_login(bench: Bench, strategy: str) -> None:
    simulator, good = bench.simulators[strategy], bench.good(strategy)
    provider = ClosingAtReuse(simulator.app())
    with serve(provider) as url:
        transport = make_transport(max_connections=10)
        async with exchange_for(simulator, base_url=url, transport=transport) as exchange:
            for _ in range(3):
                token = ProviderToken.of(good["access_token"], secret=good.get("access_token_secret"))
                assert (await exchange.verify(strategy, token)).user_id
        await transport.aclose()
    assert provider.closed >= 2
