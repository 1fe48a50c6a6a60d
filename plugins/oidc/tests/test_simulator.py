"""The simulated provider keeps its promises, and is no kinder than a real one."""

from collections.abc import AsyncIterator

import httpx
import pytest

from accredit.credentials import Credential, ProviderToken
from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, PEOPLE, Sample, exchange_for, person
from accredit_oidc.simulator import CLIENT_ID, CLIENT_SECRET, PUBLIC_CLIENT_ID, REDIRECT_URI, OidcSimulator

NOW = 1_800_000_000
OURS = (CLIENT_ID, CLIENT_SECRET)
ADA = person("ada")
GOOD = {"token": "oidc-sim-good-ada"}
NAMES = [sample.name for sample in OidcSimulator(clock=lambda: NOW).samples()]


@pytest.fixture
async def client(simulator: OidcSimulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=simulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://oidc.test") as client:
        yield client


async def outcome(simulator: OidcSimulator, handed: ProviderToken | Credential) -> str:
    async with exchange_for(simulator, clock=lambda: NOW) as exchange:
        try:
            await exchange.verify("oidc", handed)
        except ExchangeError as error:
            return error.reason
    return ACCEPTED


@pytest.mark.parametrize("name", NAMES)
async def test_sample_gives_what_it_promises(simulator: OidcSimulator, name: str) -> None:
    sample: Sample = next(one for one in simulator.samples() if one.name == name)
    assert await outcome(simulator, simulator.fresh(sample).handed()) == sample.expected


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


CODE = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}


async def test_the_token_endpoint_wants_our_credentials_one_way_and_a_whole_form(
    client: httpx.AsyncClient, simulator: OidcSimulator
) -> None:
    form = {**CODE, "code": simulator.new_code(ADA)}
    in_form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert (await client.post("/token", data=form)).status_code == 401
    assert (await client.post("/token", data={**form, "client_id": CLIENT_ID})).status_code == 401
    assert (await client.post("/token", data={**form, **in_form, "client_secret": "wrong"})).status_code == 401
    assert (await client.post("/token", data={**form, **in_form}, auth=OURS)).status_code == 401
    assert await error(client, CODE) == "invalid_request"
    assert await error(client, {**form, "grant_type": "password"}) == "unsupported_grant_type"
    assert (await client.post("/token", data={**form, **in_form})).json()["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("verifier", "changes"),
    [
        (None, {"redirect_uri": f"{REDIRECT_URI}/"}),
        (None, {"code_verifier": "v" * 43}),
        ("v" * 43, {}),
        ("v" * 43, {"code_verifier": "w" * 43}),
        (None, {"code": "oidc-sim-code-of-nobody"}),
    ],
    ids=["redirect", "verifier_too_many", "no_verifier", "another_verifier", "unknown"],
)
async def test_a_code_is_for_whoever_began_the_login_and_lost_by_a_wrong_guess(
    client: httpx.AsyncClient, simulator: OidcSimulator, verifier: str | None, changes: dict[str, str]
) -> None:
    code = simulator.new_code(ADA, verifier=verifier)
    right = {**CODE, "code": code, **({} if verifier is None else {"code_verifier": verifier})}
    wrong = {**CODE, "code": code, **changes}
    assert await error(client, wrong) == "invalid_grant"
    if wrong["code"] == code:
        assert await error(client, right) == "invalid_grant"
    else:
        assert "id_token" in (await client.post("/token", data=right, auth=OURS)).json()


async def test_a_code_ends_after_a_minute() -> None:
    now = [NOW]
    simulator = OidcSimulator(clock=lambda: now[0])
    form = {**CODE, "code": simulator.new_code(ADA)}
    now[0] += 60
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url="http://oidc.test") as client:
        assert await error(client, form) == "invalid_grant"


async def error(client: httpx.AsyncClient, form: dict[str, str]) -> str:
    answer = await client.post("/token", data=form, auth=OURS)
    assert answer.status_code == 400
    return str(answer.json()["error"])


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"code_verifier": None}, 400),
        ({"code_verifier": "b" * 43}, 400),
        ({"client_id": CLIENT_ID}, 401),
        ({"client_id": None}, 401),
        ({"client_secret": CLIENT_SECRET}, 401),
        ({"client_assertion": "x"}, 401),
    ],
    ids=str,
)
async def test_a_public_client_has_its_id_and_its_verifier_and_nothing_else(
    client: httpx.AsyncClient, simulator: OidcSimulator, changes: dict[str, str | None], status: int
) -> None:
    code = simulator.new_code(ADA, verifier="a" * 43, client_id=PUBLIC_CLIENT_ID)
    usual = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, "code_verifier": "a" * 43}
    form = {**usual, "client_id": PUBLIC_CLIENT_ID, **changes}
    sent = {name: value for name, value in form.items() if value is not None}
    assert (await client.post("/token", data=sent)).status_code == status
    assert (await client.post("/introspect", data={**GOOD, "client_id": PUBLIC_CLIENT_ID})).status_code == 401


async def test_a_code_of_a_public_client_without_pkce_is_good_for_nothing(
    client: httpx.AsyncClient, simulator: OidcSimulator
) -> None:
    code = simulator.new_code(ADA, client_id=PUBLIC_CLIENT_ID)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    response = await client.post("/token", data={**form, "client_id": PUBLIC_CLIENT_ID})
    assert (response.status_code, response.json()) == (400, {"error": "invalid_grant"})
