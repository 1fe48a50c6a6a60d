"""The simulated Discord keeps its promises, and is no kinder than the real one."""

from collections.abc import AsyncIterator

import httpx
import pytest

from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, PEOPLE, Sample, exchange_for
from accredit_discord.simulator import DiscordSimulator
from accredit_discord.simulator.tokens import CLIENT_ID

pytestmark = pytest.mark.slow

ME, USER = "/api/v10/oauth2/@me", "/api/v10/users/@me"
SAMPLES = DiscordSimulator().samples()


@pytest.fixture
async def discord() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=DiscordSimulator().app())
    async with httpx.AsyncClient(transport=transport, base_url="http://discord.test") as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def outcome(sample: Sample) -> str:
    async with exchange_for(DiscordSimulator()) as exchange:
        try:
            await exchange.verify("discord", sample.handed())
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
    simulator = DiscordSimulator()
    sampled = {sample.credential for sample in simulator.samples() if sample.field == "access_token"}
    assert sampled | set(simulator.other_tokens()) == set(simulator.tokens)


async def test_authorization_names_the_application_and_a_user_without_an_address(discord: httpx.AsyncClient) -> None:
    body = (await discord.get(ME, headers=bearer("sim-good-ada"))).json()
    assert body["application"]["id"] == CLIENT_ID
    assert body["user"]["id"] == str(PEOPLE[0].number)
    assert not {"email", "verified", "locale"} & body["user"].keys()


async def test_authorization_names_a_user_with_the_scope_identify_alone(discord: httpx.AsyncClient) -> None:
    assert "user" not in (await discord.get(ME, headers=bearer("sim-no_identify-ada"))).json()
    assert (await discord.get(USER, headers=bearer("sim-no_identify-ada"))).status_code == 401


async def test_address_takes_the_scope(discord: httpx.AsyncClient) -> None:
    assert (await discord.get(USER, headers=bearer("sim-good-ada"))).json()["email"] == "ada@example.com"
    assert "email" not in (await discord.get(USER, headers=bearer("sim-identify-ada"))).json()


@pytest.mark.parametrize("path", [ME, USER])
async def test_call_takes_get_and_a_live_bearer_token(discord: httpx.AsyncClient, path: str) -> None:
    refused = {"message": "401: Unauthorized", "code": 0}
    assert (await discord.get(path)).json() == refused
    assert (await discord.get(path, headers={"Authorization": "Bot sim-good-ada"})).json() == refused
    assert (await discord.get(path, headers=bearer("sim-revoked-ada"))).json() == refused
    assert (await discord.post(path, headers=bearer("sim-good-ada"))).status_code == 405
    nameless = await discord.get(path, headers={**bearer("sim-good-ada"), "User-Agent": ""})
    assert nameless.json()["code"] == 40333


async def test_token_with_a_fault_is_the_same_token(discord: httpx.AsyncClient) -> None:
    body = (await discord.get(USER, headers=bearer("sim-good-ada~latency-1"))).json()
    assert body["username"] == "ada"
