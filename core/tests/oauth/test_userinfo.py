"""`GET` and `POST /userinfo`: OpenID Connect Core 1.0 section 5.3, RFC 6750."""

from typing import Any

import httpx
import pytest
from core.tests.bench import EVERYTHING, NOW, Bench, assert_refused, bench
from core.tests.oauth.presented import CHALLENGE, INVALID_TOKEN, ORIGIN, SVC, claims_of, userinfo
from core.tests.oauth.support import ask, log_in, refresh, the_line, token_bench

from accredit import ExtraClaims, hookimpl

PROFILE = {"name": "Ada Lovelace", "given_name": "Ada", "picture": "https://acme.example/ada.png"}
EMAIL = {"email": "ada@example.com", "email_verified": False}
ADDRESS = {"address": {"formatted": "London"}}
SUB = {"sub": "acme|1000"}


def assert_no_token(response: httpx.Response, challenge: str = CHALLENGE) -> None:
    assert_refused(response, *INVALID_TOKEN)
    assert response.headers["www-authenticate"] == challenge


@pytest.mark.parametrize(
    ("scope", "opened"),
    [
        ("openid", {}),
        ("openid profile", PROFILE),
        ("openid email", EMAIL),
        ("openid address", ADDRESS),
        ("openid phone", {}),
        ("openid profile email address phone", {**PROFILE, **EMAIL, **ADDRESS}),
        (EVERYTHING, {**PROFILE, **EMAIL, **ADDRESS}),
    ],
)
async def test_each_scope_opens_its_claims_and_no_others(wire: Bench, scope: str, opened: dict[str, Any]) -> None:
    response = await userinfo(wire, (await log_in(wire, scope))["access_token"])

    assert (response.status_code, response.json()) == (200, {**SUB, **opened})
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    line = the_line(wire)
    assert (line["event"], line["client_id"], line["subject"]) == ("userinfo.stated", "app", "acme|1000")
    assert "Lovelace" not in repr(line)


async def test_it_says_what_the_id_token_says(wire: Bench) -> None:
    body = await log_in(wire, EVERYTHING)
    stated = (await userinfo(wire, body["access_token"])).json()
    assert stated.items() <= claims_of(body["id_token"]).items()


async def test_what_it_says_is_kept_with_the_session_and_not_in_the_token(wire: Bench) -> None:
    body = await log_in(wire, "openid profile email")
    assert "Lovelace" not in repr(claims_of(body["access_token"]))
    assert (await userinfo(wire, body["access_token"])).json() == {**SUB, **PROFILE, **EMAIL}


async def test_without_a_session_nothing_is_stored_for_it() -> None:
    async with token_bench({"tokens": {"sessions": "offline_access"}}) as wire:
        body = await log_in(wire, "openid profile email")
        assert wire.storage.kept == {}
        assert (await userinfo(wire, body["access_token"])).json() == {**SUB, **PROFILE, **EMAIL}


async def test_a_refreshed_token_says_the_same(wire: Bench) -> None:
    first = await log_in(wire, "openid profile offline_access")
    second = (await refresh(wire, first["refresh_token"])).json()
    assert (await userinfo(wire, second["access_token"])).json() == {**SUB, **PROFILE}


async def test_a_narrowed_token_says_less(wire: Bench) -> None:
    first = await log_in(wire, "openid profile email offline_access")
    second = (await refresh(wire, first["refresh_token"], scope="openid email")).json()
    assert (await userinfo(wire, second["access_token"])).json() == {**SUB, **EMAIL}


async def test_only_a_token_without_a_session_that_is_meant_for_us_carries_the_profile() -> None:
    async with token_bench({"tokens": {"sessions": "offline_access"}}) as wire:
        ours = claims_of((await log_in(wire, "openid profile"))["access_token"])
        assert ours["userinfo"] == PROFILE
        for scope, audience in (("openid profile", "https://api.example.com"), ("profile", None), ("openid", None)):
            token = (await log_in(wire, scope, audience=audience))["access_token"]
            assert set(claims_of(token)) == {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope"}
        renewable = claims_of((await log_in(wire, "openid profile offline_access"))["access_token"])
        assert "userinfo" not in renewable
        assert [renewable["sid"]] == list(wire.storage.kept)


async def test_a_token_for_another_api_is_refused(wire: Bench) -> None:
    token = (await log_in(wire, "openid profile", audience="https://api.example.com"))["access_token"]
    assert_no_token(await userinfo(wire, token))
    assert (the_line(wire)["event"], the_line(wire)["detail"]) == ("userinfo.refused", "the token is for another API")


async def test_without_openid_nothing_is_said(wire: Bench) -> None:
    token = (await log_in(wire, "profile email"))["access_token"]
    response = await userinfo(wire, token)

    assert_refused(response, 403, "insufficient_scope", "the token lacks the scope openid")
    assert response.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="openid"'
    assert (the_line(wire)["event"], the_line(wire)["reason"]) == ("userinfo.refused", "insufficient_scope")


async def test_a_clients_own_token_is_nobodys(wire: Bench) -> None:
    token = (await ask(wire, SVC, grant_type="client_credentials")).json()["access_token"]
    assert_no_token(await userinfo(wire, token))
    claims = {**claims_of(token), "scope": "openid profile"}
    assert_no_token(await userinfo(wire, wire.exchange.engine.keys.current.sign(claims, typ="at+jwt")))


async def test_a_blocked_subject_is_refused_like_any_bad_token(wire: Bench) -> None:
    token = (await log_in(wire))["access_token"]
    await wire.exchange.subjects.block("acme|1000")
    wire.log.lines.clear()

    assert_no_token(await userinfo(wire, token))
    assert (the_line(wire)["event"], the_line(wire)["reason"]) == ("userinfo.refused", "subject_blocked")
    await wire.exchange.subjects.unblock("acme|1000")
    assert_no_token(await userinfo(wire, token))  # its session has ended for good
    assert (await userinfo(wire, (await log_in(wire))["access_token"])).status_code == 200


async def test_if_nobody_can_tell_who_is_blocked_nothing_is_said(wire: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: str) -> None:
        raise OSError("MARKED")

    token = (await log_in(wire, "openid profile"))["access_token"]
    monkeypatch.setattr(wire.storage, "session", fail)
    response = await userinfo(wire, token)

    assert_refused(response, 500, "server_error", "the server could not complete the request")
    assert (the_line(wire)["event"], the_line(wire)["level"]) == ("userinfo.failed", "critical")
    assert "MARKED" not in repr(wire.log.lines)


@pytest.mark.parametrize(("later", "status"), [(86_399, 200), (86_399.9, 200), (86_400, 401), (100_000, 401)])
async def test_it_answers_until_the_tokens_last_second(wire: Bench, later: float, status: int) -> None:
    token = (await log_in(wire))["access_token"]
    wire.clock.now = NOW + later
    assert (await userinfo(wire, token)).status_code == status


async def test_an_id_token_or_refresh_token_is_no_access_token(wire: Bench) -> None:
    body = await log_in(wire, EVERYTHING)
    for name in ("id_token", "refresh_token"):
        assert_no_token(await userinfo(wire, body[name]))


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "Bearer ", "bearer", "", "Token x", "Digest a"])
async def test_who_shows_no_token_is_told_what_to_show(wire: Bench, authorization: str) -> None:
    assert_no_token(await wire.client.get("/userinfo", headers={"Authorization": authorization}), "Bearer")


@pytest.mark.parametrize("token", ["x", "a.b.c", "é".encode(), "x" * 16_000, "a b", "eyJhbGciOiJub25lIn0.e30."])
async def test_garbage_is_no_token(wire: Bench, token: str | bytes) -> None:
    value = b"Bearer " + (token if isinstance(token, bytes) else token.encode())
    response = await wire.client.get("/userinfo", headers=[(b"Authorization", value)])
    assert_no_token(response)
    assert the_line(wire)["detail"] == "not a live access token of ours"


async def test_the_scheme_is_read_in_any_case(wire: Bench) -> None:
    token = (await log_in(wire))["access_token"]
    response = await wire.client.get("/userinfo", headers={"Authorization": f"bEaReR   {token}"})
    assert response.status_code == 200


async def test_post_takes_the_token_from_header_or_form(wire: Bench) -> None:
    token = (await log_in(wire, "openid"))["access_token"]
    by_header = await wire.client.post("/userinfo", headers={"Authorization": f"Bearer {token}"})
    by_form = await wire.client.post("/userinfo", data={"access_token": token})
    for response in (by_header, by_form):
        assert (response.status_code, response.json()) == (200, SUB)
    assert all(line["event"] != "request.form_as_json" for _, line in wire.log.events())


async def test_two_tokens_are_one_too_many(wire: Bench) -> None:
    token = (await log_in(wire))["access_token"]
    response = await wire.client.post(
        "/userinfo", headers={"Authorization": f"Bearer {token}"}, data={"access_token": token}
    )
    assert_refused(response, 400, "invalid_request", "more than one way of sending the access token")


async def test_a_token_in_the_address_is_not_read(wire: Bench) -> None:
    token = (await log_in(wire))["access_token"]
    for method in ("GET", "POST"):
        assert_no_token(await wire.client.request(method, "/userinfo", params={"access_token": token}), "Bearer")
    assert token not in repr(wire.log.lines)


async def test_a_broken_body_is_refused(wire: Bench) -> None:
    headers = {"Content-Type": "application/json"}
    response = await wire.client.post("/userinfo", content=b"[1]", headers=headers)
    assert_refused(response, 400, "invalid_request", "the request body could not be parsed")


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/form-data", "?"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"access_token=other", b"x" * 100_000])
async def test_what_a_get_carries_beside_its_header_is_not_read(wire: Bench, content_type: str, body: bytes) -> None:
    # HTTP libraries and proxies add a content type to everything.
    headers = {"Authorization": f"Bearer {(await log_in(wire))['access_token']}", "Content-Type": content_type}
    response = await wire.client.request("GET", "/userinfo", headers=headers, content=body)

    assert response.status_code == 200
    assert response.json()["sub"] == "acme|1000"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_no_other_method_asks(wire: Bench, method: str) -> None:
    response = await wire.client.request(method, "/userinfo")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST, OPTIONS")


async def test_a_browser_may_ask_from_the_clients_own_origin(wire: Bench) -> None:
    preflight = await wire.client.options("/userinfo", headers=ORIGIN)
    assert preflight.status_code == 204
    assert preflight.headers["allow"] == "GET, POST, OPTIONS"
    assert preflight.headers["access-control-allow-methods"] == "GET, POST"
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    stranger = await wire.client.options("/userinfo", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-methods" not in stranger.headers

    token = (await log_in(wire))["access_token"]
    for origin, allowed in ((ORIGIN["Origin"], True), ("https://other.example.com", False)):
        response = await wire.client.get("/userinfo", headers={"Authorization": f"Bearer {token}", "Origin": origin})
        assert (response.headers.get("access-control-allow-origin") == origin) is allowed


async def test_a_hook_cannot_put_words_into_the_profile() -> None:
    class Adds:
        @hookimpl
        async def claims(self) -> ExtraClaims:
            return ExtraClaims(access_token={"userinfo": {"email": "root@example.com", "email_verified": True}})

    async with bench(plugins=[Adds()]) as wire:
        response = await wire.post(scope="openid email")
        assert response.status_code == 500
        assert (wire.event.reason, wire.event.detail) == ("plugin_failed", "a claims hook sets userinfo")
