"""The simulated Weibo keeps its promises, and is no kinder than the real one."""

from collections.abc import AsyncIterator

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.errors import ExchangeError, ProviderRateLimited
from accredit.testing import ACCEPTED, PEOPLE, Sample, exchange_for
from accredit_weibo.simulator import WeiboSimulator

pytestmark = pytest.mark.slow

NOW = 1_790_000_000
INFO, USER, EMAIL = "/oauth2/get_token_info", "/2/users/show.json", "/2/account/profile/email.json"
TOKEN = "2.00sim-good-ada"
AUTH = {"Authorization": f"OAuth2 {TOKEN}"}
UID = "1000000000000001"
SAMPLES = WeiboSimulator().samples()


@pytest.fixture
async def weibo() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=WeiboSimulator(clock=lambda: NOW).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://weibo.test") as client:
        yield client


async def outcome(simulator: WeiboSimulator, token: str) -> str:
    async with exchange_for(simulator, clock=lambda: NOW) as exchange:
        try:
            await exchange.verify("weibo", ProviderToken.of(token))
        except ExchangeError as error:
            return error.reason
    return ACCEPTED


def refused(response: httpx.Response, status: int, code: int | str) -> bool:
    return (response.status_code, response.json()["error_code"]) == (status, code)


# Samples


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_sample_gives_what_it_promises(sample: Sample) -> None:
    simulator = WeiboSimulator(clock=lambda: NOW)
    assert await outcome(simulator, sample.parameters["access_token"]) == sample.expected


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.claims], ids=lambda sample: sample.name)
async def test_claims_of_a_sample_are_those_of_its_token(sample: Sample) -> None:
    async with exchange_for(WeiboSimulator(clock=lambda: NOW)) as exchange:
        identity = await exchange.verify("weibo", ProviderToken.of(sample.parameters["access_token"]))

    claims = {"sub": f"weibo|{identity.user_id}", **identity.profile.claims()}
    assert sample.claims.items() <= claims.items()


def test_samples_begin_with_the_good_tokens_of_everybody_and_have_distinct_names() -> None:
    assert [one.name for one in SAMPLES[: len(PEOPLE)]] == [f"good-{person.key}" for person in PEOPLE]
    assert all(one.claims for one in SAMPLES[: len(PEOPLE)])
    assert len({one.name for one in SAMPLES}) == len(SAMPLES)


@pytest.mark.parametrize("person", [one.key for one in PEOPLE])
async def test_everybody_has_a_good_an_expired_a_revoked_and_a_foreign_token(person: str) -> None:
    simulator = WeiboSimulator(clock=lambda: NOW)
    assert [
        await outcome(simulator, f"2.00sim-{knob}-{person}") for knob in ("good", "expired", "revoked", "foreign_app")
    ] == [ACCEPTED, "invalid_token", "invalid_token", "wrong_audience"]


# get_token_info


async def test_token_info_has_the_documented_form(weibo: httpx.AsyncClient) -> None:
    response = await weibo.post(INFO, data={"access_token": "2.00sim-good-grace"})

    assert response.status_code == 200
    assert response.json() == {
        "uid": 1000000000000002,
        "appkey": 2000000001,
        "scope": None,
        "create_at": 1352267591,
        "expire_in": 157679471,
    }


async def test_token_info_takes_post_only(weibo: httpx.AsyncClient) -> None:
    assert (await weibo.post(INFO, data={"access_token": TOKEN})).status_code == 200
    for method in ("GET", "PUT", "DELETE"):
        response = await weibo.request(method, INFO, params={"access_token": TOKEN})
        assert refused(response, 403, 10021)


async def test_token_info_takes_one_token_in_a_form(weibo: httpx.AsyncClient) -> None:
    assert refused(await weibo.post(INFO, json={"access_token": TOKEN}), 400, 10007)
    assert refused(await weibo.post(INFO, params={"access_token": TOKEN}, data={"x": "1"}), 400, 10016)
    assert refused(await weibo.post(INFO, data={"access_token": [TOKEN, TOKEN]}), 400, 10016)


async def test_unknown_token_is_refused_in_the_form_of_the_oauth_endpoints(weibo: httpx.AsyncClient) -> None:
    response = await weibo.post(INFO, data={"access_token": "garbage"})

    assert response.status_code == 400
    assert response.json() == {
        "error": "invalid_access_token",
        "error_code": 21332,
        "request": "/oauth2/get_token_info",
        "error_description": "invalid_access_token",
    }


async def test_dead_token_is_refused_by_a_string_code(weibo: httpx.AsyncClient) -> None:
    response = await weibo.post(INFO, data={"access_token": "2.00sim-dead-ada"})

    assert refused(response, 400, "10006")


# users/show and the e-mail address


async def test_user_is_shown_to_a_token_in_header_or_query(weibo: httpx.AsyncClient) -> None:
    by_header = await weibo.get(USER, params={"uid": UID}, headers=AUTH)
    by_query = await weibo.get(USER, params={"uid": UID, "access_token": TOKEN})

    assert by_header.status_code == by_query.status_code == 200
    assert by_header.json() == by_query.json()
    assert (by_header.json()["id"], by_header.json()["idstr"]) == (int(UID), UID)


@pytest.mark.parametrize("path", [USER, EMAIL])
async def test_get_call_needs_a_live_token_and_the_method_get(weibo: httpx.AsyncClient, path: str) -> None:
    params = {"uid": UID}
    assert (await weibo.get(path, params=params, headers=AUTH)).status_code == 200
    assert refused(await weibo.post(path, params=params, headers=AUTH), 403, 10021)
    assert refused(await weibo.get(path, params=params), 400, "10006")
    assert refused(await weibo.get(path, params=params, headers={"Authorization": f"Bearer {TOKEN}"}), 400, "10006")
    assert refused(await weibo.get(path, params=params, headers={"Authorization": "OAuth2 x"}), 400, 21332)


@pytest.mark.parametrize(
    ("uid", "status", "code"), [("", 400, 20002), ("ada", 400, 10017), ("1000000000000002", 403, 21335)]
)
async def test_only_the_tokens_own_user_is_shown(weibo: httpx.AsyncClient, uid: str, status: int, code: int) -> None:
    assert refused(await weibo.get(USER, params={"uid": uid}, headers=AUTH), status, code)


async def test_email_is_an_array_and_needs_the_scope(weibo: httpx.AsyncClient) -> None:
    assert (await weibo.get(EMAIL, headers=AUTH)).json() == [{"email": "ada@example.com"}]
    for denied in ("empty_scope-ada", "null_scope_denied-ada", "good-grace"):
        response = await weibo.get(EMAIL, headers={"Authorization": f"OAuth2 2.00sim-{denied}"})
        assert refused(response, 403, 21330)


async def test_a_scope_that_is_not_said_still_holds(weibo: httpx.AsyncClient) -> None:
    token = "2.00sim-null_scope-ada"
    assert (await weibo.post(INFO, data={"access_token": token})).json()["scope"] is None
    response = await weibo.get(EMAIL, headers={"Authorization": f"OAuth2 {token}"})
    assert response.json() == [{"email": "ada@example.com"}]


@pytest.mark.parametrize(
    "knob", ["expired", "revoked", "no_time_left", "time_is_over", "dead", "dead_by_number", "used"]
)
async def test_a_dead_token_is_dead_for_every_call(weibo: httpx.AsyncClient, knob: str) -> None:
    headers = {"Authorization": f"OAuth2 2.00sim-{knob}-ada"}
    response = await weibo.get(USER, params={"uid": UID}, headers=headers)
    assert (response.status_code >= 400, "error_code" in response.json()) == (True, True)


async def test_code_of_a_dead_token_comes_as_a_number_too(weibo: httpx.AsyncClient) -> None:
    response = await weibo.post(INFO, data={"access_token": "2.00sim-dead_by_number-ada"})

    assert refused(response, 400, 10006)


async def test_token_with_a_fault_is_the_same_token(weibo: httpx.AsyncClient) -> None:
    late = f"{TOKEN}~latency-1"
    assert (await weibo.post(INFO, data={"access_token": late})).json()["uid"] == int(UID)
    headers = {"Authorization": f"OAuth2 {late}"}
    assert (await weibo.get(USER, params={"uid": UID}, headers=headers)).json()["idstr"] == UID
    assert (await weibo.post(INFO, data={"access_token": f"{TOKEN}~html"})).text.startswith("<!DOCTYPE html>")


# The daily limit


async def test_one_token_is_good_for_100_calls_a_day(weibo: httpx.AsyncClient) -> None:
    metered = {"access_token": "2.00sim-metered-ada"}
    statuses = [(await weibo.post(INFO, data=metered)).status_code for _ in range(100)]
    assert set(statuses) == {200}
    assert refused(await weibo.post(INFO, data=metered), 403, 10023)
    assert (await weibo.post(INFO, data={"access_token": TOKEN})).status_code == 200


def test_tokens_without_a_sample_are_named() -> None:
    simulator = WeiboSimulator()
    sampled = {sample.parameters["access_token"] for sample in simulator.samples()}
    assert sampled | set(simulator.other_tokens()) == set(simulator.tokens)
    assert "2.00sim-metered-ada" in simulator.other_tokens()


async def test_user_runs_out_of_calls_until_the_next_day_in_china() -> None:
    midnight = 20_718 * 86_400 - 8 * 3_600  # of China Standard Time, which is UTC+8 all year
    now = midnight - 1
    simulator = WeiboSimulator(clock=lambda: now, calls_per_user_per_day=4)
    async with exchange_for(simulator, clock=lambda: now) as exchange:
        ada, grace = ProviderToken.of(TOKEN), ProviderToken.of("2.00sim-good-grace")
        await exchange.verify("weibo", ada)  # 3 calls
        with pytest.raises(ProviderRateLimited):
            await exchange.verify("weibo", ada)  # the 5th call is one too many
        with pytest.raises(ProviderRateLimited):
            await exchange.verify("weibo", ada)  # at the first call now
        await exchange.verify("weibo", grace)  # 3 calls, of somebody else
        now = midnight
        await exchange.verify("weibo", ada)
