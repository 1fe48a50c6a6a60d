"""TikTok says of no access token whose app it is for: none is taken, whoever says what it is."""

import httpx
import pytest

from accredit import ProviderToken
from accredit.credentials import AccessToken, Credential, IdToken, SignedPayload
from accredit.errors import InvalidProviderToken
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_tiktok.simulator import TikTokSimulator
from accredit_tiktok.simulator.tokens import CALLBACK, VERIFIER

TOKEN = "act.sim-good-ada"


class Counted(httpx.AsyncBaseTransport):
    def __init__(self, simulator: TikTokSimulator) -> None:
        self._provider = InProcess({BASE_URL: simulator.app()})
        self.paths: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        return await self._provider.handle_async_request(request)


@pytest.mark.threat(1)
@pytest.mark.parametrize("kind", [AccessToken, IdToken, SignedPayload])
@pytest.mark.parametrize("accept_unbound_tokens", [False, True])
async def test_what_is_no_code_is_refused_and_tiktok_is_not_asked(
    kind: type[AccessToken | IdToken | SignedPayload], accept_unbound_tokens: bool
) -> None:
    simulator = TikTokSimulator()
    transport = Counted(simulator)
    settings = {"accept_unbound_tokens": accept_unbound_tokens}
    async with exchange_for(simulator, connection=settings, transport=transport) as exchange:
        handed: Credential = kind.of(TOKEN)
        with pytest.raises(InvalidProviderToken):
            await exchange.verify("tiktok", handed)
    assert transport.paths == []


@pytest.mark.threat(1)
async def test_live_access_token_in_the_place_of_a_code_is_none() -> None:
    simulator = TikTokSimulator()
    transport = Counted(simulator)
    extras = {"code_verifier": VERIFIER, "redirect_uri": CALLBACK}
    async with exchange_for(simulator, transport=transport) as exchange:
        await exchange.verify("tiktok", ProviderToken.of("sim-good-ada", extras=extras))  # TikTok knows TOKEN now
        assert transport.paths == ["/v2/oauth/token/", "/v2/user/info/"]
        with pytest.raises(InvalidProviderToken):
            await exchange.verify("tiktok", ProviderToken.of(TOKEN, extras=extras))
    assert transport.paths[2:] == ["/v2/oauth/token/"]
