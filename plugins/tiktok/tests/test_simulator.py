"""The simulated TikTok keeps its promises, and is no kinder than the real one."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from accredit import ProviderToken
from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, PEOPLE, Sample, exchange_for
from accredit_tiktok.simulator import CLIENT_SECRET, TikTokSimulator
from accredit_tiktok.simulator.tokens import CALLBACK, CLIENT_KEY, VERIFIER

pytestmark = pytest.mark.slow

TOKEN, USER = "/v2/oauth/token/", "/v2/user/info/"
SAMPLES = TikTokSimulator().samples()
FORM = {
    "client_key": CLIENT_KEY,
    "client_secret": CLIENT_SECRET,
    "code": "sim-good-ada",
    "grant_type": "authorization_code",
    "redirect_uri": CALLBACK,
    "code_verifier": VERIFIER,
}


@pytest.fixture
async def tiktok() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=TikTokSimulator().app())
    async with httpx.AsyncClient(transport=transport, base_url="http://tiktok.test") as client:
        yield client


async def exchanged(tiktok: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    form = {name: value for name, value in {**FORM, **changes}.items() if value is not None}
    body: dict[str, Any] = (await tiktok.post(TOKEN, data=form)).json()
    return body


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_sample_gives_what_it_promises(sample: Sample) -> None:
    extras = {name: sample.parameters[name] for name in ("code_verifier", "redirect_uri")}
    outcome = ACCEPTED
    async with exchange_for(TikTokSimulator()) as exchange:
        try:
            await exchange.verify("tiktok", ProviderToken.of(sample.parameters["access_token"], extras=extras))
        except ExchangeError as error:
            outcome = error.reason
    assert outcome == sample.expected


def test_samples_begin_with_the_good_codes_of_everybody_and_have_distinct_names() -> None:
    assert [one.name for one in SAMPLES[: len(PEOPLE)]] == [f"good-{person.key}" for person in PEOPLE]
    assert len({one.name for one in SAMPLES}) == len(SAMPLES)


def test_codes_without_a_sample_are_named() -> None:
    simulator = TikTokSimulator()
    sampled = {sample.parameters["access_token"] for sample in simulator.samples()}
    assert sampled | set(simulator.other_tokens()) == set(simulator.codes)


async def test_code_is_exchanged_once_and_its_numbers_are_codes_of_their_own(tiktok: httpx.AsyncClient) -> None:
    for code in ("sim-good-ada", "sim-good-ada.1", "sim-good-ada.2"):
        assert (await exchanged(tiktok, code=code))["open_id"] == "7a8b1000000000000001-open"
        assert (await exchanged(tiktok, code=code))["error"] == "invalid_grant"


def test_fresh_sample_is_new_each_time() -> None:
    simulator = TikTokSimulator()
    first = simulator.fresh(SAMPLES[0])
    second = simulator.fresh(first)
    codes = [one.parameters["access_token"] for one in (SAMPLES[0], first, second)]
    assert codes == ["sim-good-ada", "sim-good-ada.1", "sim-good-ada.2"]
    assert first.expected == SAMPLES[0].expected


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        *(({name: None}, "invalid_request") for name in FORM),
        ({"client_secret": "x"}, "invalid_client"),
        ({"client_key": f"{CLIENT_KEY}0"}, "invalid_client"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"redirect_uri": f"{CALLBACK}/"}, "invalid_grant"),
        ({"code": "sim-nobody-ada"}, "invalid_grant"),
        ({"code": "sim-good-ada.x"}, "invalid_grant"),
        ({"code": "sim-good-ada."}, "invalid_grant"),
        ({"code_verifier": "x" * 43}, "invalid_request"),
        ({"code": "sim-web-ada"}, "invalid_request"),
    ],
)
async def test_exchange_checks_what_tiktok_checks(
    tiktok: httpx.AsyncClient, changes: dict[str, str | None], error: str
) -> None:
    assert (await exchanged(tiktok, **changes))["error"] == error
    assert "access_token" in await exchanged(tiktok, code="sim-good-grace")


async def test_exchange_takes_a_form_by_post_and_its_slash(tiktok: httpx.AsyncClient) -> None:
    assert (await tiktok.post(TOKEN, json=FORM)).json()["error"] == "invalid_request"
    assert (await tiktok.get(TOKEN)).status_code == 405
    assert (await tiktok.post(TOKEN.rstrip("/"), data=FORM)).status_code != 200


async def test_user_takes_a_live_bearer_token_and_its_fields(tiktok: httpx.AsyncClient) -> None:
    value = (await exchanged(tiktok))["access_token"]
    bearer = {"Authorization": f"Bearer {value}"}

    async def code(fields: str | None, headers: dict[str, str]) -> str:
        params = {} if fields is None else {"fields": fields}
        return str((await tiktok.get(USER, params=params, headers=headers)).json()["error"]["code"])

    assert await code("open_id", bearer) == "ok"
    assert await code("open_id,username", bearer) == "ok"
    assert await code(None, bearer) == await code("", bearer) == await code("open_id,email", bearer) == "invalid_params"
    assert await code("open_id", {}) == await code("open_id", {"Authorization": value}) == "access_token_invalid"
    assert await code("open_id", {"Authorization": "Bearer act.x"}) == "access_token_invalid"
    assert await code("open_id", {"Authorization": f"Bearer {FORM['code']}"}) == "access_token_invalid"


async def test_field_that_was_not_asked_for_does_not_come_and_takes_its_scope(tiktok: httpx.AsyncClient) -> None:
    value = (await exchanged(tiktok, code="sim-basic-ada"))["access_token"]
    bearer = {"Authorization": f"Bearer {value}"}
    found = (await tiktok.get(USER, params={"fields": "open_id,display_name"}, headers=bearer)).json()
    assert set(found["data"]["user"]) == {"open_id", "display_name"}
    refused = await tiktok.get(USER, params={"fields": "open_id,username"}, headers=bearer)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "scope_not_authorized")


async def test_code_with_a_fault_is_the_same_code(tiktok: httpx.AsyncClient) -> None:
    assert (await exchanged(tiktok, code="sim-good-ada~latency-1"))["access_token"] == "act.sim-good-ada"
