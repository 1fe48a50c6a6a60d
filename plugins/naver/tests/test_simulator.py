from typing import Any

import httpx
import pytest

from accredit.errors import ExchangeError
from accredit.testing import ACCEPTED, exchange_for, person
from accredit_naver.simulator import NaverSimulator
from accredit_naver.simulator.codes import CALLBACK, STATE, VERIFIER
from accredit_naver.simulator.tokens import CLIENT_ID, CLIENT_SECRET

NAMES = [sample.name for sample in NaverSimulator(clock=lambda: 0).samples()]
USUAL = {
    "grant_type": "authorization_code",
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "code": "sim-good-ada",
    "state": STATE,
    "code_verifier": VERIFIER,
}


@pytest.fixture
def client(naver: NaverSimulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(naver.app()), base_url="http://127.0.0.1:9")


async def exchanged(client: httpx.AsyncClient, **changes: str | None) -> tuple[int, dict[str, Any]]:
    form = {name: value for name, value in {**USUAL, **changes}.items() if value is not None}
    answer = await client.post("/oauth2/token", data=form)
    return answer.status_code, answer.json()


async def test_a_code_is_good_once_and_its_life_is_a_text(client: httpx.AsyncClient) -> None:
    status, first = await exchanged(client)
    assert (status, first["token_type"], first["expires_in"]) == (200, "bearer", "3600")
    assert first.keys() == {"access_token", "refresh_token", "token_type", "expires_in", "id_token"}
    assert await exchanged(client) == (
        200,
        {"error": "invalid_request", "error_description": "no valid data in session"},
    )


@pytest.mark.parametrize("name", sorted(USUAL.keys() - {"code_verifier"}))
async def test_each_parameter_of_the_table_is_needed(client: httpx.AsyncClient, name: str) -> None:
    assert (await exchanged(client, **{name: None}))[1]["error"] == "invalid_request"
    assert "access_token" in (await exchanged(client))[1]


async def test_a_redirect_uri_is_not_needed_and_if_it_is_there_it_is_the_one_of_the_login(
    client: httpx.AsyncClient,
) -> None:
    assert (await exchanged(client, redirect_uri=f"{CALLBACK}/"))[1]["error"] == "invalid_request"
    assert "access_token" in (await exchanged(client, code="sim-good-ada.1", redirect_uri=CALLBACK))[1]


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_id": "x"}, 401, "invalid_client"),
        ({"grant_type": "delete"}, 200, "unsupported_grant_type"),
        ({"state": "x"}, 200, "invalid_request"),
        ({"code_verifier": "x" * 43}, 200, "invalid_request"),
        ({"code_verifier": None}, 200, "invalid_request"),
        ({"code": "x"}, 200, "invalid_request"),
        ({"code": "sim-client-ada"}, 200, "unauthorized_client"),
    ],
    ids=str,
)
async def test_it_refuses_in_words(
    client: httpx.AsyncClient, changes: dict[str, str | None], status: int, error: str
) -> None:
    found, body = await exchanged(client, **changes)
    assert (found, body["error"]) == (status, error)


async def test_the_older_api_takes_a_query_too_and_knows_no_verifier(
    client: httpx.AsyncClient, naver: NaverSimulator
) -> None:
    for method, place in (("GET", "params"), ("POST", "data")):
        code = naver.new_code(person("ada"), openid=False, verifier=None)
        where: dict[str, Any] = {place: {**USUAL, "code": code}}
        answer = await client.request(method, "/oauth2.0/token", **where)
        assert "id_token" not in answer.json()
        assert answer.json()["access_token"]
    wrong = await client.get("/oauth2.0/token", params={**USUAL, "client_secret": "x"})
    assert wrong.json()["error_description"] == "wrong client id / client secret pair"


async def test_what_is_revoked_is_dead_at_once_and_so_is_its_pair(client: httpx.AsyncClient) -> None:
    ours = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    for number, name in enumerate(("access_token", "refresh_token"), 1):
        _, new = await exchanged(client, code=f"sim-good-ada.{number}")
        headers = {"Authorization": f"Bearer {new['access_token']}"}
        assert (await client.get("/v1/nid/me", headers=headers)).json()["resultcode"] == "00"
        revoked = await client.post("/oauth2.0/revoke", data={**ours, "token": new[name]})
        assert (revoked.status_code, revoked.content) == (200, b"")
        assert (await client.get("/v1/nid/me", headers=headers)).json()["resultcode"] == "024"
    assert (await client.post("/oauth2.0/revoke", data=ours)).status_code == 400
    assert (await client.post("/oauth2.0/revoke", data={**ours, "client_id": "x", "token": "t"})).status_code == 401


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "028"), ({"Authorization": "AAAAsim-good-ada"}, "028"), ({"Authorization": "Bearer other"}, "024")],
)
async def test_a_dead_token_and_none_are_told_apart(
    client: httpx.AsyncClient, headers: dict[str, str], code: str
) -> None:
    refusal = await client.get("/v1/nid/me", headers=headers)
    assert (refusal.status_code, refusal.json()["resultcode"]) == (401, code)


@pytest.mark.parametrize("name", NAMES)
async def test_every_sample_has_the_outcome_it_announces(naver: NaverSimulator, now: int, name: str) -> None:
    (sample,) = [one for one in naver.samples() if one.name == name]
    async with exchange_for(naver, clock=lambda: now) as exchange:
        if sample.expected == ACCEPTED:
            identity = await exchange.verify("naver", sample.handed())
            told = {"sub": f"naver|{identity.user_id}", **identity.profile.claims()}
            assert {claim: told[claim] for claim in sample.claims} == sample.claims
        else:
            with pytest.raises(ExchangeError) as caught:
                await exchange.verify("naver", sample.handed())
            assert caught.value.reason == sample.expected
