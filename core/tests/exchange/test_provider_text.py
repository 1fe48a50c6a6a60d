"""What a provider says on its way to claims: through the endpoint, and back into our own."""

from typing import Any

import jwt
import pytest
from core.tests.acme import ADA, Acme
from core.tests.bench import EVERYTHING, Bench, assert_refused, bench

from accredit import ExtraClaims, Login, Profile, Verification, hookimpl
from accredit.keys.jose import LONGEST_TOKEN


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


async def _userinfo(wire: Bench, token: str, form: bool = False) -> Any:
    if form:
        return await wire.client.post("/userinfo", data={"access_token": token})
    return await wire.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.threat(50)
async def test_hostile_text_becomes_no_claim(wire: Bench) -> None:
    wire.provider.people["good-token"] = {
        **ADA,
        "name": "Ada\u202e\x00\r\nLovelace",
        "picture": 'http://x/"><script>alert(1)</script>',
        "email": "ada@example.com\r\nBcc: all@example.com",
        "city": "Lon\u200bdon",
    }
    answer = (await wire.post(scope=EVERYTHING)).json()

    told = _claims(answer["id_token"])
    assert (told["name"], told["address"]) == ("Ada Lovelace", {"formatted": "London"})
    assert told.keys().isdisjoint({"picture", "email", "email_verified"})
    assert (await _userinfo(wire, answer["access_token"])).json()["name"] == "Ada Lovelace"


@pytest.mark.threat(50)
@pytest.mark.parametrize("character", ["x", '"', "雪", "👍"])
async def test_whatever_a_provider_says_our_endpoints_accept_the_tokens(wire: Bench, character: str) -> None:
    long = character * 5_000
    picture = "https://x/" + "a" * 2000
    wire.provider.people["good-token"] = {**ADA, "name": long, "given_name": long, "city": long, "picture": picture}
    answer = (await wire.post(scope=EVERYTHING, nonce=None)).json()

    for form in (False, True):
        response = await _userinfo(wire, answer["access_token"], form)
        assert (response.status_code, response.json()["email"]) == (200, "ada@example.com")
    response = await wire.client.post("/tokeninfo", json={"id_token": answer["id_token"]})
    assert response.status_code == 200
    assert max(len(answer["access_token"]), len(answer["id_token"])) <= LONGEST_TOKEN


class Adds:
    """A claims hook that adds so many characters."""

    def __init__(self, characters: int) -> None:
        self.characters = characters

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims:
        return ExtraClaims(access_token={"https://house.example/roles": "r" * self.characters})


@pytest.mark.threat(50)
async def test_a_claims_hook_that_makes_a_token_too_long_has_failed_and_leaves_nothing() -> None:
    async with bench(plugins=[Adds(12_500)]) as wire:
        response = await wire.post(scope="openid offline_access")

        assert_refused(response, 500, "server_error", "the server could not complete the request")
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert wire.event.detail.startswith("the claims of the hooks make a token of ")
        assert wire.storage.kept == {}


@pytest.mark.threat(50)
async def test_a_token_that_is_almost_too_long_is_accepted_by_our_endpoints() -> None:
    async with bench(plugins=[Adds(11_800)]) as wire:
        token = (await wire.post(scope="openid")).json()["access_token"]

        assert LONGEST_TOKEN - 500 < len(token) <= LONGEST_TOKEN
        for form in (False, True):
            assert (await _userinfo(wire, token, form)).status_code == 200
        response = await wire.post(access_token="good-token", main_access_token=token)
        assert response.json().get("error_description") != "invalid main_access_token parameter"


class OwnProfile(Profile):
    def claims(self) -> dict[str, Any]:
        return {"name": "Ada\u202e", "email_verified": True}


@pytest.mark.threat(50)
async def test_a_strategy_cannot_bring_a_profile_of_its_own_making() -> None:
    class Own(Acme):
        def normalize(self, verification: Verification) -> Profile:
            return OwnProfile()

    async with bench(acme=Own) as wire:
        response = await wire.post(scope="openid profile")

        assert_refused(response, 500, "server_error", "the server could not complete the request")
        assert wire.event.detail == "normalize returned OwnProfile"
