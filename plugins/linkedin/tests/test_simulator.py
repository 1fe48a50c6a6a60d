from typing import Any

import httpx
import pytest

from accredit.testing import person
from accredit_linkedin.simulator import LinkedInSimulator
from accredit_linkedin.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN

APP = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture
def linkedin(simulator: LinkedInSimulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url="http://127.0.0.1:9")


async def introspect(linkedin: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await linkedin.post("/oauth/v2/introspectToken", data={**APP, "token": "AQXsim-good-ada", **form})


async def test_introspection_takes_the_apps_own_secret(linkedin: httpx.AsyncClient) -> None:
    assert (await introspect(linkedin)).json()["active"] is True
    for wrong in ({"client_secret": "other"}, {"client_id": FOREIGN}):
        answer = await introspect(linkedin, **wrong)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_introspection_takes_a_whole_form_and_nothing_else(linkedin: httpx.AsyncClient) -> None:
    bodies: tuple[dict[str, Any], ...] = ({"data": APP}, {"json": {**APP, "token": "AQXsim-good-ada"}}, {})
    for body in bodies:
        answer = await linkedin.post("/oauth/v2/introspectToken", **body)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await linkedin.get("/oauth/v2/introspectToken", params=APP)).status_code == 405


async def test_introspection_names_no_member(linkedin: httpx.AsyncClient, now: int) -> None:
    body = (await introspect(linkedin)).json()
    assert body.keys() == {
        *("active", "client_id", "authorized_at", "created_at", "status", "expires_at", "scope", "auth_type")
    }


@pytest.mark.parametrize("token", ["garbage", "AQXsim-expired-ada", "AQXsim-foreign_app_hidden-ada"])
async def test_dead_and_unknown_tokens_look_alike_at_introspection(linkedin: httpx.AsyncClient, token: str) -> None:
    answer = await introspect(linkedin, token=token)
    assert (answer.status_code, answer.json()) == (200, {"active": False})


@pytest.mark.parametrize(
    ("authorization", "number"),
    [("", 401), ("Basic x", 401), ("Bearer x", 65600), ("Bearer AQXsim-expired-ada", 65602)],
)
async def test_userinfo_takes_a_living_token_in_the_header(
    linkedin: httpx.AsyncClient, authorization: str, number: int
) -> None:
    answer = await linkedin.get("/v2/userinfo", headers={"Authorization": authorization})
    assert (answer.status_code, answer.json()["serviceErrorCode"]) == (401, number)


async def test_the_boolean_is_one_at_userinfo_alone(linkedin: httpx.AsyncClient, simulator: LinkedInSimulator) -> None:
    headers = {"Authorization": "Bearer AQXsim-good-ada"}
    assert (await linkedin.get("/v2/userinfo", headers=headers)).json()["email_verified"] is True
    assert simulator.id_tokens.claims(person("ada"))["email_verified"] == "true"
