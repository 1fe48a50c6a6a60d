"""The simulated WeChat keeps its promises, and is no kinder than the real one."""

from collections.abc import AsyncIterator

import httpx
import pytest

from accredit import ProviderToken
from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, PEOPLE, Sample, exchange_for, person
from accredit_wechat.simulator import APP_SECRET, WeChatSimulator
from accredit_wechat.simulator.codes import APP_ID, openid

pytestmark = pytest.mark.slow

EXCHANGE, USER = "/sns/oauth2/access_token", "/sns/userinfo"
SAMPLES = WeChatSimulator().samples()
OURS = {"appid": APP_ID, "secret": APP_SECRET, "code": "sim-good-ada", "grant_type": "authorization_code"}


class Time:
    now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
async def wechat(clock: Time) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=WeChatSimulator(clock=clock).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://wechat.test") as client:
        yield client


async def code_of(wechat: httpx.AsyncClient, path: str, query: dict[str, str]) -> int | None:
    response = await wechat.get(path, params=query)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/plain")
    found = response.json().get("errcode")
    assert found is None or isinstance(found, int)
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_sample_gives_what_it_promises(sample: Sample) -> None:
    outcome = ACCEPTED
    async with exchange_for(WeChatSimulator()) as exchange:
        try:
            await exchange.verify("wechat", ProviderToken.of(sample.parameters["access_token"]))
        except ExchangeError as error:
            outcome = error.reason
    assert outcome == sample.expected


def test_samples_begin_with_the_good_codes_of_everybody_and_have_distinct_names() -> None:
    assert [one.name for one in SAMPLES[: len(PEOPLE)]] == [f"good-{person.key}" for person in PEOPLE]
    assert len({one.name for one in SAMPLES}) == len(SAMPLES)


def test_codes_without_a_sample_are_named() -> None:
    simulator = WeChatSimulator()
    sampled = {sample.parameters["access_token"] for sample in simulator.samples()}
    assert sampled | set(simulator.other_tokens()) == set(simulator.codes)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"appid": ""}, 41002),
        ({"secret": " "}, 41004),
        ({"code": ""}, 41008),
        ({"grant_type": "client_credential"}, 40002),
        ({"appid": APP_ID.upper()}, 40013),
        ({"secret": f"{APP_SECRET}x"}, 40125),
        ({"code": "sim-good-nobody"}, 40029),
        ({"code": "SIM-GOOD-ADA"}, 40029),
        ({"code": "sim-good-ada.0"}, 40029),
        ({"code": "sim-good-ada.01"}, 40029),
        ({"code": "sim-expired-ada"}, 42003),
        ({}, None),
    ],
    ids=str,
)
async def test_exchange_checks_all_that_it_is_given(
    wechat: httpx.AsyncClient, change: dict[str, str], code: int | None
) -> None:
    assert await code_of(wechat, EXCHANGE, {**OURS, **change}) == code


@pytest.mark.parametrize("code", ["sim-good-ada", "sim-good-ada.1"])
async def test_each_code_is_good_once(wechat: httpx.AsyncClient, code: str) -> None:
    assert await code_of(wechat, EXCHANGE, {**OURS, "code": code}) is None
    assert await code_of(wechat, EXCHANGE, {**OURS, "code": code}) == 40163
    assert await code_of(wechat, EXCHANGE, {**OURS, "code": "sim-good-ada.2"}) is None


async def test_user_takes_a_live_token_with_its_own_openid(wechat: httpx.AsyncClient, clock: Time) -> None:
    new = (await wechat.get(EXCHANGE, params=OURS)).json()
    asked = {"access_token": new["access_token"], "openid": new["openid"]}

    assert await code_of(wechat, USER, asked) is None
    assert await code_of(wechat, USER, {**asked, "openid": openid(person("grace"))}) == 40003
    assert await code_of(wechat, USER, {**asked, "access_token": "71_unknown"}) == 40001
    assert await code_of(wechat, USER, {"openid": new["openid"]}) == 41001
    assert await code_of(wechat, USER, {"access_token": new["access_token"]}) == 41009
    clock.now += new["expires_in"]
    assert await code_of(wechat, USER, asked) == 42001


async def test_token_of_a_silent_login_opens_no_profile(wechat: httpx.AsyncClient) -> None:
    new = (await wechat.get(EXCHANGE, params={**OURS, "code": "sim-base-ada"})).json()
    assert "unionid" not in new
    assert await code_of(wechat, USER, {"access_token": new["access_token"], "openid": new["openid"]}) == 48001


@pytest.mark.parametrize("path", [EXCHANGE, USER])
async def test_calls_take_get_alone(wechat: httpx.AsyncClient, path: str) -> None:
    assert (await wechat.post(path, params=OURS)).json()["errcode"] == 43001


async def test_code_with_a_fault_is_the_same_code(wechat: httpx.AsyncClient) -> None:
    assert await code_of(wechat, EXCHANGE, {**OURS, "code": "sim-good-ada~latency-1"}) is None
    assert await code_of(wechat, EXCHANGE, OURS) == 40163
