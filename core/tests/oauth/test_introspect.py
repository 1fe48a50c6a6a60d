"""`POST /oauth/introspect`: RFC 7662."""

from typing import Any

import pytest
from core.tests.bench import NOW, Bench, assert_refused
from core.tests.oauth.presented import SVC, call, claims_of, introspect, userinfo
from core.tests.oauth.support import CLIENT_ERROR, SECRET, ask, log_in, refresh, the_line, token_bench

PATH = "/oauth/introspect"
INACTIVE = {"active": False}
SCOPE = "openid profile offline_access"


async def own_login(wire: Bench) -> str:
    """Return a refresh token of the confidential client."""
    token: str = (await log_in(wire, SCOPE))["refresh_token"]
    for session in wire.storage.kept.values():
        object.__setattr__(session, "client_id", "svc")
    return token


async def test_an_access_token_of_any_client_is_told_about(wire: Bench) -> None:
    token = (await log_in(wire, "openid profile email", audience="https://api.example.com"))["access_token"]
    response = await introspect(wire, token)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json() == {
        "active": True,
        "scope": "openid profile email",
        "client_id": "app",
        "exp": NOW + 86_400,
        "iat": NOW,
        "sub": "acme|1000",
        "aud": "https://api.example.com",
        "iss": "https://login.example.com/",
        "jti": claims_of(token)["jti"],
        "token_type": "Bearer",
    }
    line = the_line(wire)
    assert (line["event"], line["client_id"], line["subject"]) == ("token.introspected", "svc", "acme|1000")


async def test_the_profile_that_travels_in_a_token_is_not_told() -> None:
    async with token_bench({"tokens": {"sessions": "offline_access"}}) as wire:
        token = (await log_in(wire, "openid profile email"))["access_token"]
        assert "userinfo" in claims_of(token)
        assert "Lovelace" not in (await introspect(wire, token)).text


async def test_a_refresh_token_is_told_about_to_its_own_client(wire: Bench) -> None:
    token = await own_login(wire)

    assert (await introspect(wire, token)).json() == {
        "active": True,
        "scope": SCOPE,
        "client_id": "svc",
        "exp": NOW + 2_592_000,
        "iat": NOW,
        "sub": "acme|1000",
        "aud": "https://login.example.com/",
        "iss": "https://login.example.com/",
    }


async def test_a_refresh_token_of_another_client_is_not(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]
    assert (await introspect(wire, token)).json() == INACTIVE
    assert (await refresh(wire, token)).status_code == 200


async def test_a_token_of_a_client_itself_is_told_about(wire: Bench) -> None:
    token = (await ask(wire, SVC, grant_type="client_credentials")).json()["access_token"]
    body = (await introspect(wire, token)).json()
    assert (body["active"], body["sub"], body["scope"]) == (True, "svc@clients", "read:orders write:orders")


@pytest.mark.parametrize("token", ["unknown", "a.b.c", "x" * 16_384, "é"])
async def test_of_anything_else_only_that_it_is_not_active(wire: Bench, token: str) -> None:
    response = await introspect(wire, token)
    assert (response.status_code, response.json()) == (200, INACTIVE)
    assert the_line(wire)["event"] == "token.introspected"


async def test_an_id_token_is_not_active(wire: Bench) -> None:
    token = (await log_in(wire))["id_token"]
    assert (await introspect(wire, token)).json() == INACTIVE


@pytest.mark.parametrize(("later", "active"), [(86_399, True), (86_399.9, True), (86_400, False), (86_401, False)])
async def test_an_access_token_is_active_until_its_last_second(wire: Bench, later: float, active: bool) -> None:
    token = (await log_in(wire))["access_token"]
    wire.clock.now += later
    assert (await introspect(wire, token)).json()["active"] is active


@pytest.mark.parametrize(("later", "active"), [(2_591_999, True), (2_592_000, False)])
async def test_a_refresh_token_is_active_until_its_last_second(wire: Bench, later: int, active: bool) -> None:
    token = await own_login(wire)
    wire.clock.now += later
    assert (await introspect(wire, token)).json()["active"] is active


async def test_a_revoked_family_is_not_active(wire: Bench) -> None:
    token = await own_login(wire)
    second = (await ask(wire, SVC, grant_type="refresh_token", refresh_token=token)).json()["refresh_token"]
    await call(wire, "/oauth/revoke", SVC, token=second)

    assert (await introspect(wire, token)).json() == INACTIVE
    assert (await introspect(wire, second)).json() == INACTIVE


@pytest.mark.parametrize(("later", "active"), [(29, True), (30, False)])
async def test_a_replaced_token_is_active_within_the_leeway(later: int, active: bool) -> None:
    async with token_bench({"clients": {"svc": {"leeway_s": 30}}}) as wire:
        token = await own_login(wire)
        second = (await ask(wire, SVC, grant_type="refresh_token", refresh_token=token)).json()["refresh_token"]
        wire.clock.now += later

        assert (await introspect(wire, token)).json()["active"] is active
        assert (await introspect(wire, second)).json()["active"] is True


async def test_without_leeway_a_replaced_token_is_not_active_and_asking_revokes_nothing() -> None:
    async with token_bench({"tokens": {"leeway_s": 0}}) as wire:
        token = await own_login(wire)
        second = (await ask(wire, SVC, grant_type="refresh_token", refresh_token=token)).json()["refresh_token"]

        assert (await introspect(wire, token)).json() == INACTIVE
        assert (await introspect(wire, second)).json()["active"] is True


@pytest.mark.threat(56)
@pytest.mark.parametrize(("later", "active"), [(0, True), (29, True), (30, False), (-2, True), (-3, False)])
async def test_a_replaced_token_is_active_within_its_leeway_only_whatever_the_clock_does(
    wire: Bench, later: int, active: bool
) -> None:
    token = await own_login(wire)
    await ask(wire, SVC, grant_type="refresh_token", refresh_token=token)
    wire.clock.now = NOW + later

    assert (await introspect(wire, token)).json()["active"] is active


async def test_a_refresh_token_that_nobody_has_used_for_long_is_not_active() -> None:
    async with token_bench({"tokens": {"refresh_idle_ttl_s": 100}}) as wire:
        token = await own_login(wire)
        assert (await introspect(wire, token)).json()["exp"] == NOW + 100
        wire.clock.now = NOW + 100
        assert (await introspect(wire, token)).json() == INACTIVE


async def test_nothing_of_a_blocked_subject_is_active_even_when_it_is_let_in_again(wire: Bench) -> None:
    body = await log_in(wire)
    refresh_token = await own_login(wire)
    await wire.exchange.subjects.block("acme|1000")
    for token in (body["access_token"], refresh_token):
        assert (await introspect(wire, token)).json() == INACTIVE

    await wire.exchange.subjects.unblock("acme|1000")
    assert (await introspect(wire, body["access_token"])).json() == INACTIVE
    assert (await introspect(wire, refresh_token)).json() == INACTIVE
    assert (await introspect(wire, (await log_in(wire))["access_token"])).json()["active"] is True


async def test_a_refresh_token_the_client_may_not_use_any_more_is_not_active() -> None:
    for changes in ({"grant_types": ["client_credentials"]}, {"connections": ["globex"]}):
        async with token_bench({"clients": {"svc": changes}}) as wire:
            token = await own_login(wire)
            assert (await introspect(wire, token)).json() == INACTIVE


async def test_tokens_of_a_client_that_is_gone_are_not_active(wire: Bench) -> None:
    claims = claims_of((await log_in(wire))["access_token"])
    token = wire.exchange.engine.keys.current.sign({**claims, "client_id": "gone"}, typ="at+jwt")
    assert (await introspect(wire, token)).json() == INACTIVE
    assert (await userinfo(wire, token)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "parameters"),
    [
        ({}, {"client_id": "app"}),
        ({}, {"client_id": "nobody"}),
        ({}, {"client_id": "svc"}),
        ({}, {"client_id": "svc", "client_secret": "wrong"}),
        ({}, {"client_id": "app", "client_secret": SECRET}),
    ],
)
async def test_only_a_client_that_has_proven_itself_is_told(
    wire: Bench, headers: dict[str, str], parameters: dict[str, Any]
) -> None:
    token = (await log_in(wire))["access_token"]
    assert_refused(await call(wire, PATH, headers, token=token, **parameters), *CLIENT_ERROR)
    assert the_line(wire)["event"] == "introspection.refused"


async def test_a_secret_in_the_body_proves_as_much(wire: Bench) -> None:
    token = (await log_in(wire))["access_token"]
    for send in ({"data": None}, {"json": None}):
        body = {"client_id": "svc", "client_secret": SECRET, "token": token, "token_type_hint": "access_token"}
        response = await wire.client.post(PATH, **dict.fromkeys(send, body))  # type: ignore[arg-type] # data or json
        assert response.json()["active"] is True


async def test_a_bearer_token_is_no_client_authentication(wire: Bench) -> None:
    token = (await log_in(wire))["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert_refused(await call(wire, PATH, headers, token=token), 400, "invalid_request", "missing client_id parameter")


@pytest.mark.parametrize("token", [None, ""])
async def test_without_a_token_there_is_nothing_to_tell(wire: Bench, token: str | None) -> None:
    assert_refused(await call(wire, PATH, SVC, token=token), 400, "invalid_request", "missing token parameter")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
async def test_no_other_method_asks(wire: Bench, method: str) -> None:
    response = await wire.client.request(method, PATH, headers=SVC, params={"token": "x"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")
