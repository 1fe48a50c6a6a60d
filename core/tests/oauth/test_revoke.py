"""`POST /oauth/revoke`: RFC 7009."""

import asyncio
from typing import Any

import pytest
from core.tests.bench import Bench, assert_refused
from core.tests.oauth.presented import INVALID_TOKEN, ORIGIN, SVC, call, introspect, userinfo
from core.tests.oauth.support import CLIENT_ERROR, GRANT_ERROR, ask, log_in, refresh, the_line, token_bench

PATH = "/oauth/revoke"


def assert_done(response: Any) -> None:
    """200 and nothing else: Auth0.swift fails on any body."""
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == "0"
    assert "content-type" not in response.headers
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"


async def revoke(wire: Bench, token: str, **parameters: Any) -> Any:
    return await call(wire, PATH, **{"client_id": "app", "token": token, **parameters})


async def test_a_revoked_refresh_token_is_dead(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]

    assert_done(await revoke(wire, token))
    line = the_line(wire)
    assert (line["event"], line["client_id"], line["subject"], line["connection"]) == (
        "token.revoked",
        "app",
        "acme|1000",
        "acme",
    )
    assert token not in repr(wire.log.lines)
    assert_refused(await refresh(wire, token), *GRANT_ERROR)


async def test_it_takes_its_whole_family_along_and_no_other(wire: Bench) -> None:
    first, other = (await log_in(wire))["refresh_token"], (await log_in(wire))["refresh_token"]
    second = (await refresh(wire, first)).json()["refresh_token"]

    assert_done(await revoke(wire, first))
    assert_refused(await refresh(wire, second), *GRANT_ERROR)
    assert (await refresh(wire, other)).status_code == 200


async def test_revoking_twice_is_the_same(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]
    for _ in range(2):
        assert_done(await revoke(wire, token))


async def test_many_at_once_are_all_answered(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]
    for response in await asyncio.gather(*(revoke(wire, token) for _ in range(20))):
        assert_done(response)
    assert_refused(await refresh(wire, token), *GRANT_ERROR)


@pytest.mark.parametrize("token", ["unknown", "x" * 16_384, "é", "a b&c#d%00", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
async def test_an_unknown_token_is_nothing_to_complain_about(wire: Bench, token: str) -> None:
    assert_done(await revoke(wire, token))
    assert the_line(wire)["event"] == "token.revocation_ignored"
    assert token not in the_line(wire).values()


async def test_another_clients_token_stays_alive_and_nobody_is_told(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]

    assert_done(await call(wire, PATH, SVC, token=token))
    assert_done(await call(wire, PATH, client_id="partner", token=token))
    assert {line["event"] for _, line in wire.log.events()} == {"token.revocation_ignored"}
    assert (await refresh(wire, token)).status_code == 200


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "anything", ""])
async def test_a_hint_is_not_needed_and_never_in_the_way(wire: Bench, hint: str) -> None:
    token = (await log_in(wire))["refresh_token"]
    assert_done(await revoke(wire, token, token_type_hint=hint))
    assert_refused(await refresh(wire, token), *GRANT_ERROR)


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
async def test_an_access_token_ends_its_session(wire: Bench, scope: str) -> None:
    body, other = await log_in(wire, scope), await log_in(wire, scope)
    token = body["access_token"]

    assert_done(await revoke(wire, token))
    assert (the_line(wire)["event"], the_line(wire)["subject"]) == ("token.revoked", "acme|1000")
    assert_refused(await userinfo(wire, token), *INVALID_TOKEN)
    assert wire.log.events()[-1][1]["reason"] == "session_ended"
    assert (await introspect(wire, token)).json() == {"active": False}
    assert_refused(await call(wire, "/tokeninfo", id_token=body["id_token"]), *INVALID_TOKEN)
    assert (await wire.post(main_access_token=token)).status_code == 401
    if "refresh_token" in body:
        assert_refused(await refresh(wire, body["refresh_token"]), *GRANT_ERROR)
    assert (await userinfo(wire, other["access_token"])).status_code == 200


async def test_a_refreshed_access_token_ends_the_same_session(wire: Bench) -> None:
    login = await log_in(wire)
    refreshed = (await refresh(wire, login["refresh_token"])).json()

    assert_done(await revoke(wire, refreshed["access_token"]))
    assert_refused(await userinfo(wire, login["access_token"]), *INVALID_TOKEN)
    assert_refused(await refresh(wire, refreshed["refresh_token"]), *GRANT_ERROR)


async def test_another_clients_access_token_ends_nothing(wire: Bench) -> None:
    token = (await log_in(wire))["access_token"]

    assert_done(await call(wire, PATH, SVC, token=token))
    assert (await userinfo(wire, token)).status_code == 200


async def test_a_refresh_token_that_was_spent_long_ago_ends_its_session(wire: Bench) -> None:
    first = token = (await log_in(wire))["refresh_token"]
    for _ in range(30):
        token = (await refresh(wire, token)).json()["refresh_token"]
    assert_done(await call(wire, PATH, SVC, token=first))
    token = (await refresh(wire, token)).json()["refresh_token"]

    assert_done(await revoke(wire, first))
    assert_refused(await refresh(wire, token), *GRANT_ERROR)


async def test_an_access_token_without_a_session_is_refused_rather_than_only_seemingly_revoked() -> None:
    async with token_bench({"tokens": {"sessions": "offline_access"}}) as wire:
        token = (await log_in(wire, "openid"))["access_token"]
        sentence = "access tokens without a session cannot be revoked; they expire"

        assert_refused(await revoke(wire, token), 400, "unsupported_token_type", sentence)
        assert (the_line(wire)["event"], the_line(wire)["reason"]) == ("revocation.refused", "unsupported_token_type")
        assert_done(await call(wire, PATH, SVC, token=token))
        assert (await introspect(wire, token)).json()["active"] is True
        wire.clock.now += 86_400
        assert_done(await revoke(wire, token))


async def test_a_confidential_client_revokes_its_own(wire: Bench) -> None:
    body = await log_in(wire)
    session = next(iter(wire.storage.kept.values()))
    object.__setattr__(session, "client_id", "svc")

    assert_refused(await call(wire, PATH, client_id="svc", token=body["refresh_token"]), *CLIENT_ERROR)
    assert_done(await call(wire, PATH, SVC, token=body["refresh_token"]))
    answer = await ask(wire, SVC, grant_type="refresh_token", refresh_token=body["refresh_token"])
    assert_refused(answer, *GRANT_ERROR)


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_nothing_can_be_revoked(wire: Bench, token: str | None) -> None:
    assert_refused(
        await call(wire, PATH, client_id="app", token=token), 400, "invalid_request", "missing token parameter"
    )
    line = the_line(wire)
    assert (line["event"], line["reason"], line["client_id"]) == ("revocation.refused", "missing_parameter", "app")


@pytest.mark.parametrize("token", [5, True, ["a"], {"a": "b"}, "a\u0000b", "a\r\nb", "x" * 16_385])
async def test_a_token_of_another_form_is_refused(wire: Bench, token: Any) -> None:
    assert_refused(await revoke(wire, token), 400, "invalid_request", "invalid token parameter")


@pytest.mark.parametrize(
    ("headers", "parameters"),
    [
        ({}, {"client_id": "nobody"}),
        ({}, {"client_id": "svc"}),
        ({}, {"client_id": "svc", "client_secret": "wrong"}),
        ({}, {"client_id": "app", "client_secret": "any"}),
    ],
)
async def test_a_client_that_is_not_who_it_says_revokes_nothing(
    wire: Bench, headers: dict[str, str], parameters: dict[str, Any]
) -> None:
    token = (await log_in(wire))["refresh_token"]
    assert_refused(await call(wire, PATH, headers, token=token, **parameters), *CLIENT_ERROR)
    assert the_line(wire)["event"] == "revocation.refused"
    assert (await refresh(wire, token)).status_code == 200


async def test_without_a_client_nobody_asks(wire: Bench) -> None:
    assert_refused(await call(wire, PATH, token="x"), 400, "invalid_request", "missing client_id parameter")


async def test_a_form_is_as_good_as_json(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]
    assert_done(await wire.client.post(PATH, data={"client_id": "app", "token": token}))
    assert_refused(await refresh(wire, token), *GRANT_ERROR)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
async def test_no_other_method_revokes(wire: Bench, method: str) -> None:
    response = await wire.client.request(method, PATH)
    assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")


async def test_a_browser_of_that_client_may_read_the_answer(wire: Bench) -> None:
    response = await call(wire, PATH, ORIGIN, client_id="app", token="x")
    assert response.headers["access-control-allow-origin"] == ORIGIN["Origin"]
    other = await call(wire, PATH, {"Origin": "https://evil.example"}, client_id="app", token="x")
    assert "access-control-allow-origin" not in other.headers
