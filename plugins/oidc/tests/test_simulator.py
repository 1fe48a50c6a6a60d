"""The simulated provider keeps its promises, and is no kinder than a real one."""

from collections.abc import AsyncIterator

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, PEOPLE, Sample, exchange_for
from accredit_oidc.simulator import CLIENT_ID, CLIENT_SECRET, OidcSimulator

NOW = 1_800_000_000
OURS = (CLIENT_ID, CLIENT_SECRET)
GOOD = {"token": "oidc-sim-good-ada"}
NAMES = [sample.name for sample in OidcSimulator(clock=lambda: NOW).samples()]


@pytest.fixture
async def client(simulator: OidcSimulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=simulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://oidc.test") as client:
        yield client


async def outcome(simulator: OidcSimulator, token: str) -> str:
    async with exchange_for(simulator, clock=lambda: NOW) as exchange:
        try:
            await exchange.verify("oidc", ProviderToken.of(token))
        except ExchangeError as error:
            return error.reason
    return ACCEPTED


@pytest.mark.parametrize("name", NAMES)
async def test_sample_gives_what_it_promises(simulator: OidcSimulator, name: str) -> None:
    sample: Sample = next(one for one in simulator.samples() if one.name == name)
    assert await outcome(simulator, sample.parameters["access_token"]) == sample.expected


def test_samples_begin_with_the_good_tokens_of_everybody_and_have_distinct_names() -> None:
    assert NAMES[: len(PEOPLE)] == [f"good-{person.key}" for person in PEOPLE]
    assert len(set(NAMES)) == len(NAMES)


async def test_the_document_names_endpoints_of_the_host_that_was_asked(client: httpx.AsyncClient) -> None:
    document = (await client.get("/.well-known/openid-configuration")).json()
    assert document["issuer"] == "https://id.oidc.example"
    assert document["jwks_uri"] == "http://oidc.test/jwks"


async def test_introspection_wants_our_credentials_and_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.post("/introspect", data=GOOD)).status_code == 401
    assert (await client.post("/introspect", data=GOOD, auth=(CLIENT_ID, "wrong"))).status_code == 401
    assert (await client.post("/introspect", data={}, auth=OURS)).status_code == 400
    assert (await client.post("/introspect", data={"token": "x"}, auth=OURS)).json() == {"active": False}
    assert (await client.post("/introspect", data=GOOD, auth=OURS)).json()["client_id"] == CLIENT_ID
    assert (await client.get("/introspect", auth=OURS)).status_code == 405


async def test_userinfo_wants_a_live_token_in_the_header(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer oidc-sim-revoked-ada"}):
        response = await client.get("/userinfo", headers=headers)
        assert (response.status_code, 'error="invalid_token"' in response.headers["www-authenticate"]) == (401, True)
    good = await client.get("/userinfo", headers={"Authorization": "Bearer oidc-sim-good-ada"})
    assert good.json()["sub"] == "1000000000000001"
