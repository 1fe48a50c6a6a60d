import httpx
import pytest

from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, exchange_for
from accredit_line.simulator import LineSimulator

GOOD = "eyJhbGciOiJIUzI1NiJ9.sim-good-ada.line"
NAMES = [sample.name for sample in LineSimulator(clock=lambda: 0).samples()]


@pytest.fixture
def line(simulator: LineSimulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url="http://127.0.0.1:9")


async def test_verify_takes_the_token_in_the_query_alone(line: httpx.AsyncClient) -> None:
    answer = await line.get("/oauth2/v2.1/verify", params={"access_token": GOOD})
    assert answer.json() == {"scope": "profile openid", "client_id": "1440057261", "expires_in": 2_591_659}
    refusal = await line.get("/oauth2/v2.1/verify", headers={"Authorization": f"Bearer {GOOD}"})
    assert (refusal.status_code, refusal.json()["error"]) == (400, "invalid_request")


async def test_every_bad_token_is_a_400_with_one_word(line: httpx.AsyncClient) -> None:
    for token in ("garbage", GOOD.replace("good", "expired"), GOOD.replace("good", "invalid"), GOOD.upper()):
        refusal = await line.get("/oauth2/v2.1/verify", params={"access_token": token})
        assert (refusal.status_code, refusal.json()["error"]) == (400, "invalid_request")


async def test_scopes_open_what_they_should(line: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {GOOD.replace('good', 'openid')}"}
    assert (await line.get("/v2/profile", headers=headers)).status_code == 403
    assert set((await line.get("/oauth2/v2.1/userinfo", headers=headers)).json()) == {"sub"}
    headers = {"Authorization": f"Bearer {GOOD}"}
    assert set((await line.get("/v2/profile", headers=headers)).json()) == {"userId", "displayName", "pictureUrl"}
    assert set((await line.get("/oauth2/v2.1/userinfo", headers=headers)).json()) == {"sub", "name", "picture"}
    headers = {"Authorization": f"Bearer {GOOD.replace('ada', 'alan')}"}
    assert "pictureUrl" not in (await line.get("/v2/profile", headers=headers)).json()
    assert (await line.get("/v2/profile")).status_code == 401


async def test_only_the_keys_of_apps_are_published(line: httpx.AsyncClient, simulator: LineSimulator) -> None:
    (key,) = (await line.get("/oauth2/v2.1/certs")).json()["keys"]
    assert (key["kty"], key["crv"]) == ("EC", "P-256")
    assert not simulator.web_id_tokens.has_keys


@pytest.mark.parametrize("name", NAMES)
async def test_every_sample_has_the_outcome_it_announces(simulator: LineSimulator, now: int, name: str) -> None:
    (sample,) = [one for one in simulator.samples() if one.name == name]
    handed = simulator.fresh(sample).handed()
    async with exchange_for(simulator, clock=lambda: now) as exchange:
        if sample.expected == ACCEPTED:
            identity = await exchange.verify("line", handed)
            assert {"sub": f"line|{identity.user_id}", **identity.profile.claims()} == sample.claims
        else:
            with pytest.raises(ExchangeError) as caught:
                await exchange.verify("line", handed)
            assert caught.value.reason == sample.expected
