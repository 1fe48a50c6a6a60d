"""`POST /tokeninfo`: the profile in an ID token of ours."""

from typing import Any

import pytest
from core.tests.bench import NOW, Bench, assert_refused, bench
from core.tests.oauth.presented import CHALLENGE, INVALID_TOKEN, ORIGIN, call, claims_of
from core.tests.oauth.support import log_in, the_line

from accredit import ExtraClaims, hookimpl

PATH = "/tokeninfo"


async def id_token(wire: Bench, scope: str = "openid profile email") -> str:
    token: str = (await log_in(wire, scope))["id_token"]
    return token


async def test_the_profile_is_returned_with_the_users_id(wire: Bench) -> None:
    response = await call(wire, PATH, id_token=await id_token(wire))

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "sub": "acme|1000",
        "user_id": "acme|1000",
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "picture": "https://acme.example/ada.png",
        "email": "ada@example.com",
        "email_verified": False,
    }
    line = the_line(wire)
    assert (line["event"], line["client_id"], line["subject"]) == ("tokeninfo.stated", "app", "acme|1000")


async def test_what_a_hook_has_added_is_part_of_it() -> None:
    class Adds:
        @hookimpl
        async def claims(self) -> ExtraClaims:
            return ExtraClaims(id_token={"https://example.com/plan": "free", "user_id": "root"})

    async with bench(plugins=[Adds()]) as wire:
        body = (await call(wire, PATH, id_token=await id_token(wire, "openid"))).json()
        assert body == {"sub": "acme|1000", "user_id": "acme|1000", "https://example.com/plan": "free"}


async def test_a_form_is_as_good_as_json(wire: Bench) -> None:
    token = await id_token(wire, "openid")
    response = await wire.client.post(PATH, data={"id_token": token})
    assert response.json() == {"sub": "acme|1000", "user_id": "acme|1000"}


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_there_is_nothing_to_say(wire: Bench, token: str | None) -> None:
    assert_refused(await call(wire, PATH, id_token=token), 400, "invalid_request", "missing id_token parameter")


@pytest.mark.parametrize("token", [5, True, ["a"], {"a": "b"}, "a\u0000b", "x" * 16_385])
async def test_a_token_of_another_form_is_refused(wire: Bench, token: Any) -> None:
    assert_refused(await call(wire, PATH, id_token=token), 400, "invalid_request", "invalid id_token parameter")


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30."])
async def test_garbage_is_refused(wire: Bench, token: str) -> None:
    response = await call(wire, PATH, id_token=token)
    assert_refused(response, *INVALID_TOKEN)
    assert response.headers["www-authenticate"] == CHALLENGE
    assert (the_line(wire)["event"], the_line(wire)["reason"]) == ("tokeninfo.refused", "invalid_token_of_ours")


async def test_an_access_token_or_refresh_token_is_no_id_token(wire: Bench) -> None:
    body = await log_in(wire)
    for name in ("access_token", "refresh_token"):
        assert_refused(await call(wire, PATH, id_token=body[name]), *INVALID_TOKEN)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.example.com"},
        {"iss": None},
        {"aud": "gone"},
        {"aud": ["app"]},
        {"sub": None},
        {"exp": "1"},
    ],
)
async def test_a_token_of_ours_that_says_something_odd_is_refused(wire: Bench, changes: dict[str, Any]) -> None:
    claims = claims_of(await id_token(wire))
    key = wire.exchange.engine.keys.current
    assert (await call(wire, PATH, id_token=key.sign(claims, typ="JWT"))).status_code == 200
    assert_refused(await call(wire, PATH, id_token=key.sign({**claims, **changes}, typ="JWT")), *INVALID_TOKEN)


@pytest.mark.parametrize(("later", "status"), [(35_999, 200), (36_000, 401)])
async def test_it_answers_until_the_tokens_last_second(wire: Bench, later: int, status: int) -> None:
    token = await id_token(wire)
    wire.clock.now = NOW + later
    assert (await call(wire, PATH, id_token=token)).status_code == status


async def test_a_blocked_subject_is_refused(wire: Bench) -> None:
    token = await id_token(wire)
    await wire.exchange.subjects.block("acme|1000")
    wire.log.lines.clear()
    assert_refused(await call(wire, PATH, id_token=token), *INVALID_TOKEN)
    assert the_line(wire)["reason"] == "subject_blocked"


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
async def test_no_other_method_asks(wire: Bench, method: str) -> None:
    response = await wire.client.request(method, PATH)
    assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")


async def test_a_browser_of_the_tokens_client_may_read_the_answer(wire: Bench) -> None:
    token = await id_token(wire)
    for origin, allowed in ((ORIGIN["Origin"], True), ("https://other.example.com", False)):
        response = await call(wire, PATH, {"Origin": origin}, id_token=token)
        assert (response.headers.get("access-control-allow-origin") == origin) is allowed
