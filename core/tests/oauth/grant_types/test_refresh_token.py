"""`grant_type=refresh_token`: rotation, reuse, and what may never grow."""

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from core.tests.bench import ISSUER, NOW, Bench, assert_refused
from core.tests.oauth.access_token.verifier import verified
from core.tests.oauth.support import GRANT_ERROR, ask_by_form, log_in, refresh, the_line, token_bench

from accredit import AccessDenied, ExtraClaims, Login, hookimpl
from accredit.storage import RefreshToken
from accredit.tokens.refresh_token import hash_token, session_id_of

API = "https://api.example.com"


async def test_a_refresh_answers_as_the_login_did(wire: Bench) -> None:
    login = await log_in(wire, device="phone")
    wire.clock.now = NOW + 100
    response = await refresh(wire, login["refresh_token"])

    body = response.json()
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 86_400)
    assert body["scope"] == "openid profile offline_access"
    access = await verified(wire, body["access_token"], audience=ISSUER)
    assert access.pop("jti") != (await verified(wire, login["access_token"], audience=ISSUER))["jti"]
    assert access == {
        "iss": ISSUER,
        "sub": "acme|1000",
        "aud": ISSUER,
        "iat": NOW + 100,
        "exp": NOW + 86_500,
        "client_id": "app",
        "scope": "openid profile offline_access",
        "sid": session_id_of(login["refresh_token"]),
    }
    line = the_line(wire)
    line.pop("checks", None)  # what took a millisecond, which is not for a test to say
    assert line | {"timestamp": "", "duration_ms": 0} == {
        "event": "token.refreshed",
        "level": "info",
        "reason": "ok",
        "status": 200,
        "alert": False,
        "client_id": "app",
        "grant_type": "refresh_token",
        "connection": "acme",
        "strategy": "acme",
        "subject": "acme|1000",
        "session_id": session_id_of(login["refresh_token"]),
        "scopes": ["openid", "profile", "offline_access"],
        "timestamp": "",
        "duration_ms": 0,
    }
    assert len(wire.provider.requests) == 1


async def test_the_id_token_tells_the_time_of_the_login_and_the_stored_profile(wire: Bench) -> None:
    login = await log_in(wire, scope="openid profile email address offline_access")
    wire.clock.now = NOW + 100
    body = (await refresh(wire, login["refresh_token"])).json()
    claims = await verified(wire, body["id_token"], audience="app")

    first = await verified(wire, login["id_token"], audience="app")
    half = hashlib.sha256(body["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert claims == {**first, "iat": NOW + 100, "exp": NOW + 36_100, "auth_time": NOW, "at_hash": claims["at_hash"]}
    assert claims["email"] == "ada@example.com"
    assert claims["email_verified"] is False
    assert claims["address"] == {"formatted": "London"}


async def test_without_openid_there_is_no_id_token(wire: Bench) -> None:
    login = await log_in(wire, scope="profile offline_access")

    assert "id_token" not in (await refresh(wire, login["refresh_token"])).json()


async def test_a_form_does_what_json_does(wire: Bench) -> None:
    login = await log_in(wire)
    response = await ask_by_form(
        wire, grant_type="refresh_token", client_id="app", refresh_token=login["refresh_token"]
    )

    assert response.status_code == 200


async def test_each_token_works_once_and_its_successor_after_it(wire: Bench) -> None:
    tokens = [(await log_in(wire))["refresh_token"]]
    for _ in range(5):
        response = await refresh(wire, tokens[-1])
        assert response.status_code == 200
        tokens.append(response.json()["refresh_token"])

    assert len(set(tokens)) == 6


@pytest.mark.threat(30)
async def test_a_reused_token_takes_its_whole_session_with_it_and_nobody_elses(wire: Bench) -> None:
    other = (await log_in(wire))["refresh_token"]
    first = (await log_in(wire))["refresh_token"]
    second = (await refresh(wire, first)).json()["refresh_token"]
    wire.log.lines.clear()
    wire.clock.now += 30

    assert_refused(await refresh(wire, first), *GRANT_ERROR)
    line = the_line(wire)
    assert (line["event"], line["reason"], line["subject"]) == ("token.refused", "refresh_token_reused", "acme|1000")
    assert_refused(await refresh(wire, second), *GRANT_ERROR)
    assert_refused(await refresh(wire, first), *GRANT_ERROR)
    assert (await refresh(wire, other)).status_code == 200


@pytest.mark.parametrize("settings", [{"tokens": {"leeway_s": 10}}, {"clients": {"app": {"leeway_s": 10}}}])
@pytest.mark.threat(30)
async def test_within_the_leeway_a_replaced_token_works_again(settings: dict[str, Any]) -> None:
    async with token_bench(settings) as wire:
        first = (await log_in(wire))["refresh_token"]
        second = (await refresh(wire, first)).json()["refresh_token"]
        wire.clock.now = NOW + 9
        third = await refresh(wire, first)

        assert third.status_code == 200
        assert (await refresh(wire, second)).status_code == 200
        assert (await refresh(wire, third.json()["refresh_token"])).status_code == 200


@pytest.mark.threat(30)
async def test_after_the_leeway_a_replaced_token_is_reused() -> None:
    async with token_bench({"tokens": {"leeway_s": 10}}) as wire:
        first = (await log_in(wire))["refresh_token"]
        second = (await refresh(wire, first)).json()["refresh_token"]
        wire.clock.now = NOW + 10

        assert_refused(await refresh(wire, first), *GRANT_ERROR)
        assert_refused(await refresh(wire, second), *GRANT_ERROR)


async def test_a_clients_leeway_overrides_that_of_all() -> None:
    async with token_bench({"tokens": {"leeway_s": 10}, "clients": {"app": {"leeway_s": 0}}}) as wire:
        first = (await log_in(wire))["refresh_token"]
        assert (await refresh(wire, first)).status_code == 200

        assert_refused(await refresh(wire, first), *GRANT_ERROR)


async def test_without_rotation_a_token_works_until_it_expires() -> None:
    settings = {"clients": {"app": {"rotate_refresh_tokens": False}}, "tokens": {"refresh_ttl_s": 100}}
    async with token_bench(settings) as wire:
        token = (await log_in(wire))["refresh_token"]
        for elapsed in (0, 50, 99):
            wire.clock.now = NOW + elapsed
            response = await refresh(wire, token)
            assert response.status_code == 200
            assert "refresh_token" not in response.json()
        wire.clock.now = NOW + 100

        assert_refused(await refresh(wire, token), *GRANT_ERROR)


async def test_a_token_that_nobody_uses_ends_before_its_session_does() -> None:
    async with token_bench({"tokens": {"refresh_ttl_s": 250, "refresh_idle_ttl_s": 100}}) as wire:
        unused, used = (await log_in(wire))["refresh_token"], (await log_in(wire))["refresh_token"]
        for elapsed in (99, 198, 249):
            wire.clock.now = NOW + elapsed
            response = await refresh(wire, used)
            assert response.status_code == 200
            used = response.json()["refresh_token"]
            if elapsed > 99:
                assert_refused(await refresh(wire, unused), *GRANT_ERROR)
        wire.clock.now = NOW + 250

        assert_refused(await refresh(wire, used), *GRANT_ERROR)


@pytest.mark.parametrize(("later", "status"), [(99, 200), (100, 403)])
async def test_without_rotation_the_idle_lifetime_counts_from_the_login(later: int, status: int) -> None:
    settings = {"clients": {"app": {"rotate_refresh_tokens": False}}, "tokens": {"refresh_idle_ttl_s": 100}}
    async with token_bench(settings) as wire:
        token = (await log_in(wire))["refresh_token"]
        wire.clock.now = NOW + 50
        assert (await refresh(wire, token)).status_code == 200
        wire.clock.now = NOW + later

        assert (await refresh(wire, token)).status_code == status


@pytest.mark.threat(30)
async def test_a_token_that_was_spent_so_long_ago_that_its_row_is_gone_is_reused_all_the_same(wire: Bench) -> None:
    first = token = (await log_in(wire))["refresh_token"]
    for _ in range(40):
        token = (await refresh(wire, token)).json()["refresh_token"]
    assert await wire.storage.find(hash_token(first)) is None
    wire.log.lines.clear()

    assert_refused(await refresh(wire, first, client_id="partner"), *GRANT_ERROR)
    assert the_line(wire)["detail"] == "unknown"
    wire.log.lines.clear()
    assert_refused(await refresh(wire, first), *GRANT_ERROR)
    assert the_line(wire)["reason"] == "refresh_token_reused"
    assert_refused(await refresh(wire, token), *GRANT_ERROR)
    wire.log.lines.clear()
    assert_refused(await refresh(wire, first), *GRANT_ERROR)  # there is nothing left to end
    assert the_line(wire)["detail"] == "unknown"


async def test_a_token_that_others_of_its_session_pushed_out_ends_nothing(wire: Bench) -> None:
    first = (await log_in(wire))["refresh_token"]
    made = [(await refresh(wire, first)).json()["refresh_token"] for _ in range(5)]
    forked = [(await refresh(wire, made[0])).json()["refresh_token"] for _ in range(2)]
    wire.log.lines.clear()

    assert_refused(await refresh(wire, made[1]), *GRANT_ERROR)
    assert the_line(wire)["detail"] == "pushed out by others of its session"
    assert (await refresh(wire, forked[-1])).status_code == 200


async def test_a_token_of_the_older_form_goes_on(wire: Bench) -> None:
    login = await log_in(wire)
    session_id = session_id_of(login["refresh_token"]) or ""
    await wire.storage.rotate(
        hash_token(login["refresh_token"]), RefreshToken(hash_token("o" * 43), session_id, NOW), now=NOW, leeway_s=0
    )
    response = await refresh(wire, "o" * 43)

    assert response.status_code == 200
    assert len(response.json()["refresh_token"]) == 43
    assert (await refresh(wire, response.json()["refresh_token"])).status_code == 200


async def test_rotation_does_not_extend_the_lifetime() -> None:
    async with token_bench({"tokens": {"refresh_ttl_s": 100}}) as wire:
        token = (await log_in(wire))["refresh_token"]
        wire.clock.now = NOW + 60
        token = (await refresh(wire, token)).json()["refresh_token"]
        wire.clock.now = NOW + 99
        token = (await refresh(wire, token)).json()["refresh_token"]
        stored = await wire.storage.find(hash_token(token))
        assert stored is not None
        assert (stored.session.session.expires_at, stored.token.issued_at) == (NOW + 100, NOW + 99)
        wire.clock.now = NOW + 100

        assert_refused(await refresh(wire, token), *GRANT_ERROR)


async def test_scope_narrows_this_answer_and_not_the_next(wire: Bench) -> None:
    login = await log_in(wire, scope="openid profile email offline_access")
    narrow = (await refresh(wire, login["refresh_token"], scope="openid email")).json()
    claims = await verified(wire, narrow["id_token"], audience="app")

    assert narrow["scope"] == "openid email"
    assert (await verified(wire, narrow["access_token"], audience=ISSUER))["scope"] == "openid email"
    assert "email" in claims
    assert "name" not in claims
    wide = (await refresh(wire, narrow["refresh_token"])).json()
    assert wide["scope"] == "openid profile email offline_access"
    assert "name" in await verified(wire, wide["id_token"], audience="app")


@pytest.mark.threat(32)
async def test_scope_never_widens(wire: Bench) -> None:
    login = await log_in(wire, scope="openid offline_access")
    body = (await refresh(wire, login["refresh_token"], scope="read:orders openid email admin")).json()

    assert body["scope"] == "openid"
    assert "email" not in await verified(wire, body["id_token"], audience="app")


async def test_a_scope_of_which_nothing_was_granted_is_refused_and_uses_nothing_up(wire: Bench) -> None:
    login = await log_in(wire, scope="openid offline_access")

    response = await refresh(wire, login["refresh_token"], scope="read:orders admin")
    assert_refused(response, 400, "invalid_scope", "none of the scopes can be granted")
    assert (await refresh(wire, login["refresh_token"])).status_code == 200


async def test_a_scope_the_client_may_no_longer_have_is_gone(wire: Bench) -> None:
    login = await log_in(wire, scope="openid read:orders offline_access")
    async with token_bench({"clients": {"app": {"scopes": []}}}, storage=wire.storage) as later:
        body = (await refresh(later, login["refresh_token"])).json()

    assert body["scope"] == "openid offline_access"


@pytest.mark.threat(32)
async def test_the_audience_stays_that_of_the_login(wire: Bench) -> None:
    login = await log_in(wire, audience=API)
    body = (await refresh(wire, login["refresh_token"], audience=API)).json()

    assert (await verified(wire, body["access_token"], audience=API))["aud"] == API
    for other in (ISSUER, "https://other.example.com"):
        response = await refresh(wire, body["refresh_token"], audience=other)
        assert_refused(response, 400, "invalid_target", "the audience is not allowed for the client")
    assert (await refresh(wire, body["refresh_token"])).status_code == 200


async def test_an_audience_the_client_may_no_longer_have_is_refused(wire: Bench) -> None:
    login = await log_in(wire, audience=API)
    async with token_bench({"clients": {"app": {"audiences": []}}}, storage=wire.storage) as later:
        response = await refresh(later, login["refresh_token"])

    assert_refused(response, 400, "invalid_target", "the audience is not allowed for the client")


@pytest.mark.parametrize("token", ["x", "x" * 4096, "é", "a b", "|", "%00", "null"])
async def test_an_unknown_token_is_refused(wire: Bench, token: str) -> None:
    assert_refused(await refresh(wire, token), *GRANT_ERROR)
    assert the_line(wire)["detail"] == "unknown"


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: token + "A", str.swapcase])
@pytest.mark.threat(34)
async def test_a_token_that_was_changed_is_refused(wire: Bench, change: Any) -> None:
    login = await log_in(wire)

    assert_refused(await refresh(wire, change(login["refresh_token"])), *GRANT_ERROR)


@pytest.mark.parametrize("kind", ["access_token", "id_token"])
@pytest.mark.threat(34)
async def test_another_kind_of_token_is_no_refresh_token(wire: Bench, kind: str) -> None:
    login = await log_in(wire)

    assert_refused(await refresh(wire, login[kind]), *GRANT_ERROR)


async def test_another_client_cannot_use_it_nor_use_it_up(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]

    assert_refused(await refresh(wire, token, client_id="partner"), *GRANT_ERROR)
    assert the_line(wire)["detail"] == "another client's"
    successor = await refresh(wire, token)
    assert successor.status_code == 200
    # Not even a replaced one: else anybody who finds an old token could log the user out.
    assert_refused(await refresh(wire, token, client_id="partner"), *GRANT_ERROR)
    assert (await refresh(wire, successor.json()["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({"clients": {"app": {"connections": ["globex"]}}}, GRANT_ERROR),
        ({"connections": {"acme": {"enabled": False}}}, GRANT_ERROR),
        (
            {"clients": {"app": {"grant_types": ["client_credentials"]}}},
            (403, "unauthorized_client", "Grant type 'refresh_token' not allowed for the client."),
        ),
    ],
    ids=["connection not for the client", "connection off", "grant not for the client"],
)
async def test_what_was_taken_from_the_client_is_gone(
    wire: Bench, settings: dict[str, Any], answer: tuple[int, str, str]
) -> None:
    token = (await log_in(wire))["refresh_token"]
    async with token_bench(settings, storage=wire.storage) as later:
        assert_refused(await refresh(later, token), *answer)

    assert (await refresh(wire, token)).status_code == 200


@pytest.mark.threat(29)
async def test_a_blocked_subject_is_refused_and_stays_out(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]
    await wire.storage.set_blocked("acme|1000", True)
    assert_refused(await refresh(wire, token), *GRANT_ERROR)
    await wire.storage.set_blocked("acme|1000", False)

    assert_refused(await refresh(wire, token), *GRANT_ERROR)


@pytest.mark.threat(30)
async def test_a_session_that_has_ended_stays_dead(wire: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]
    await wire.storage.end(session_id_of(token) or "")

    assert_refused(await refresh(wire, token), *GRANT_ERROR)
    assert the_line(wire)["detail"] == "revoked"


class Hooked:
    """Adds a claim, unless it refuses."""

    def __init__(self) -> None:
        self.logins: list[Login] = []
        self.problem: Exception | None = None

    @hookimpl
    async def authorize(self, login: Login) -> None:
        self.logins.append(login)
        if self.problem is not None:
            raise self.problem

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims:
        name = login.identity.profile.given_name or "nobody"
        return ExtraClaims(access_token={"role": name}, id_token={"role": name})


async def test_hooks_see_the_login_that_goes_on() -> None:
    hooked = Hooked()
    async with token_bench(plugins=[hooked]) as wire:
        login = await log_in(wire, scope="openid profile email offline_access", device="phone")
        body = (await refresh(wire, login["refresh_token"])).json()

        assert (await verified(wire, body["access_token"], audience=ISSUER))["role"] == "Ada"
        assert (await verified(wire, body["id_token"], audience="app"))["role"] == "Ada"
    first, second = hooked.logins
    assert (first.is_refresh, second.is_refresh) == (False, True)
    assert second.identity.audience is None
    assert (second.subject, second.scopes, second.device) == (first.subject, first.scopes, "phone")
    assert (second.identity.strategy, second.identity.user_id) == ("acme", "1000")
    assert second.identity.profile.email == first.identity.profile.email


@pytest.mark.parametrize(
    ("problem", "answer"),
    [
        (AccessDenied("staff only"), (401, "unauthorized", "staff only")),
        (ValueError("secret"), (500, "server_error", "the server could not complete the request")),
    ],
)
async def test_a_hook_that_refuses_uses_nothing_up(problem: Exception, answer: tuple[int, str, str]) -> None:
    hooked = Hooked()
    async with token_bench(plugins=[hooked]) as wire:
        token = (await log_in(wire))["refresh_token"]
        hooked.problem = problem
        assert_refused(await refresh(wire, token), *answer)
        hooked.problem = None

        assert (await refresh(wire, token)).status_code == 200


@pytest.mark.threat(30)
async def test_a_replaced_token_is_reused_also_where_its_client_does_not_rotate_any_more() -> None:
    """Nothing is rotated then, so the storage is not asked who was first."""
    async with token_bench() as wire:
        first = (await log_in(wire))["refresh_token"]
        second = (await refresh(wire, first)).json()["refresh_token"]
        settings = {"clients": {"app": {"rotate_refresh_tokens": False, "leeway_s": 0}}}
        async with token_bench(settings, storage=wire.storage) as later:
            assert_refused(await refresh(later, first), *GRANT_ERROR)
            assert the_line(later)["reason"] == "refresh_token_reused"
            assert_refused(await refresh(later, second), *GRANT_ERROR)


class _Slow:
    """A deny hook that does not answer a refresh."""

    answers = False

    @hookimpl
    async def authorize(self, login: Login) -> None:
        if login.is_refresh and not self.answers:
            await asyncio.Event().wait()


async def test_a_refresh_has_the_time_of_an_exchange_and_uses_no_token_up() -> None:
    slow = _Slow()
    async with token_bench({"limits": {"exchange_timeout_s": 1.0}}, plugins=[slow]) as wire:
        login = await log_in(wire)
        response = await refresh(wire, login["refresh_token"])

        assert response.status_code == 500
        assert the_line(wire)["reason"] == "plugin_failed"
        slow.answers = True
        assert (await refresh(wire, login["refresh_token"])).status_code == 200
