"""An access token logs nobody in: no answer of WeChat says of which app it is."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit import Identity
from accredit.credentials import AccessToken, IdToken
from accredit.errors import InvalidProviderToken
from accredit_wechat.simulator import APP_SECRET, WeChatSimulator
from accredit_wechat.simulator.codes import APP_ID

Verify = Callable[..., Awaitable[Identity]]


@pytest.mark.parametrize("credential", [AccessToken.of("71_x"), IdToken.of("a.b.c")], ids=["access_token", "id_token"])
async def test_what_is_no_code_is_refused_without_a_call(
    verify: Verify, requests: list[httpx.Request], credential: AccessToken | IdToken
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(credential)
    assert requests == []


@pytest.mark.threat(1)
async def test_live_access_token_of_our_own_app_is_no_code(
    verify: Verify, simulator: WeChatSimulator, requests: list[httpx.Request]
) -> None:
    query = {"appid": APP_ID, "secret": APP_SECRET, "code": "sim-good-ada", "grant_type": "authorization_code"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=simulator.app()), base_url="http://wechat.test"
    ) as client:
        new = (await client.get("/sns/oauth2/access_token", params=query)).json()
        asked = {"access_token": new["access_token"], "openid": new["openid"]}
        assert (await client.get("/sns/userinfo", params=asked)).json()["nickname"]

    with pytest.raises(InvalidProviderToken):
        await verify(new["access_token"])
    assert [one.url.path for one in requests] == ["/sns/oauth2/access_token"]
