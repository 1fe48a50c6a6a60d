import httpx
import pytest

from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, exchange_for
from accredit_kakao.simulator import KakaoSimulator

ADA = {"Authorization": "Bearer sim-good-ada"}
NAMES = [sample.name for sample in KakaoSimulator(clock=lambda: 0).samples()]


@pytest.fixture
def kakao(simulator: KakaoSimulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url="http://127.0.0.1:9")


async def test_ids_are_numbers_and_the_app_is_named_by_its_number(kakao: httpx.AsyncClient) -> None:
    info = (await kakao.get("/v1/user/access_token_info", headers=ADA)).json()
    assert info == {"id": 1_000_000_000_000_001, "expires_in": 21_599, "app_id": 912_345}
    me = (await kakao.get("/v2/user/me", headers=ADA)).json()
    assert me["id"] == info["id"]
    assert me["kakao_account"]["is_email_verified"] is True


async def test_whoever_has_no_address_may_still_allow_it(kakao: httpx.AsyncClient) -> None:
    me = await kakao.get("/v2/user/me", headers={"Authorization": "Bearer sim-good-grace"})
    account = me.json()["kakao_account"]
    assert account["email_needs_agreement"] is True
    assert "email" not in account


@pytest.mark.parametrize("headers", [{}, {"Authorization": "sim-good-ada"}, {"Authorization": "Bearer other"}])
async def test_a_dead_token_and_none_get_the_same_code(kakao: httpx.AsyncClient, headers: dict[str, str]) -> None:
    for path in ("/v1/user/access_token_info", "/v2/user/me"):
        refusal = await kakao.get(path, headers=headers)
        assert (refusal.status_code, refusal.json()["code"]) == (401, -401)


@pytest.mark.parametrize("name", NAMES)
async def test_every_sample_has_the_outcome_it_announces(simulator: KakaoSimulator, now: int, name: str) -> None:
    (sample,) = [one for one in simulator.samples() if one.name == name]
    handed = simulator.fresh(sample).handed()
    async with exchange_for(simulator, clock=lambda: now) as exchange:
        if sample.expected == ACCEPTED:
            identity = await exchange.verify("kakao", handed)
            assert {"sub": f"kakao|{identity.user_id}", **identity.profile.claims()} == sample.claims
        else:
            with pytest.raises(ExchangeError) as caught:
                await exchange.verify("kakao", handed)
            assert caught.value.reason == sample.expected
