"""The simulated GitHub keeps its promises, and is no kinder than the real one."""

from collections.abc import AsyncIterator

import httpx
import pytest

from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, PEOPLE, Sample, exchange_for
from accredit_github.simulator import CLIENT_SECRET, GitHubSimulator
from accredit_github.simulator.tokens import CLIENT_ID

pytestmark = pytest.mark.slow

NOW = 1_795_000_000
CHECK = f"/applications/{CLIENT_ID}/token"
TOKEN = "gho_sim_good_ada"
OURS = (CLIENT_ID, CLIENT_SECRET)
SAMPLES = GitHubSimulator().samples()


@pytest.fixture
async def github() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=GitHubSimulator(clock=lambda: NOW).app())
    async with httpx.AsyncClient(transport=transport, base_url="http://github.test") as client:
        yield client


def told(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


async def outcome(sample: Sample) -> str:
    async with exchange_for(GitHubSimulator(clock=lambda: NOW), clock=lambda: NOW) as exchange:
        try:
            await exchange.verify("github", sample.handed())
        except ExchangeError as error:
            return error.reason
    return ACCEPTED


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
async def test_sample_gives_what_it_promises(sample: Sample) -> None:
    assert await outcome(sample) == sample.expected


def test_samples_begin_with_the_good_tokens_of_everybody_and_have_distinct_names() -> None:
    assert [one.name for one in SAMPLES[: len(PEOPLE)]] == [f"good-{person.key}" for person in PEOPLE]
    assert len({one.name for one in SAMPLES}) == len(SAMPLES)


def test_tokens_without_a_sample_are_named() -> None:
    simulator = GitHubSimulator()
    sampled = {sample.credential for sample in simulator.samples() if sample.field == "access_token"}
    assert sampled | set(simulator.other_tokens()) == set(simulator.tokens)


async def test_check_token_has_the_documented_form(github: httpx.AsyncClient) -> None:
    response = await github.post(CHECK, json={"access_token": TOKEN}, auth=OURS)
    body = response.json()
    assert response.status_code == 200
    assert (body["app"]["client_id"], body["user"]["id"], body["expires_at"]) == (CLIENT_ID, PEOPLE[0].number, None)


async def test_check_token_takes_json_and_our_basic_alone(github: httpx.AsyncClient) -> None:
    body = {"access_token": TOKEN}
    assert told(await github.post(CHECK, json=body)) == (401, "Requires authentication")
    assert told(await github.post(CHECK, json=body, auth=(CLIENT_ID, "x"))) == (401, "Bad credentials")
    headers = {"Authorization": f"Bearer {CLIENT_SECRET}"}
    assert told(await github.post(CHECK, json=body, headers=headers)) == (401, "Bad credentials")
    assert told(await github.post("/applications/x/token", json=body, auth=OURS)) == (404, "Not Found")
    assert told(await github.post(CHECK, data=body, auth=OURS)) == (400, "Problems parsing JSON")
    assert told(await github.post(CHECK, json=[TOKEN], auth=OURS)) == (400, "Problems parsing JSON")
    for value in (None, 1, ""):
        assert told(await github.post(CHECK, json={"access_token": value}, auth=OURS)) == (422, "Validation Failed")
    assert (await github.get(CHECK, auth=OURS)).status_code == 405


@pytest.mark.parametrize("token", ["gho_garbage", "gho_sim_revoked_ada", "gho_sim_foreign_ada"])
async def test_nobody_can_tell_another_apps_token_from_a_dead_one(github: httpx.AsyncClient, token: str) -> None:
    response = await github.post(CHECK, json={"access_token": token}, auth=OURS)
    assert told(response) == (404, "Not Found")
    assert response.json()["status"] == "404"


async def test_user_and_addresses_take_a_live_token_of_any_app(github: httpx.AsyncClient) -> None:
    for path in ("/user", "/user/emails"):
        assert told(await github.get(path)) == (401, "Requires authentication")
        dead = {"Authorization": "Bearer gho_sim_revoked_ada"}
        assert told(await github.get(path, headers=dead)) == (401, "Bad credentials")
        for good in ("gho_sim_good_ada", "gho_sim_foreign_ada"):
            response = await github.get(path, headers={"Authorization": f"Bearer {good}"})
            assert response.status_code == 200


async def test_addresses_need_the_scope(github: httpx.AsyncClient) -> None:
    headers = {"Authorization": "Bearer gho_sim_no_scope_ada"}
    assert told(await github.get("/user/emails", headers=headers)) == (404, "Not Found")


@pytest.mark.parametrize("path", [CHECK, "/user", "/user/emails"])
async def test_caller_without_a_name_is_turned_away(github: httpx.AsyncClient, path: str) -> None:
    response = await github.request("POST" if path == CHECK else "GET", path, headers={"User-Agent": ""})
    assert response.status_code == 403
    assert "User-Agent" in response.text


async def test_token_with_a_fault_is_the_same_token(github: httpx.AsyncClient) -> None:
    response = await github.post(CHECK, json={"access_token": f"{TOKEN}~latency-1"}, auth=OURS)
    assert response.json()["user"]["login"] == "ada"
