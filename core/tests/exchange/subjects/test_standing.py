"""May this subject still be here? One question, asked wherever a token of ours is used, also of the host."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest
from core.tests.bench import NOW, Bench, assert_refused
from core.tests.oauth.presented import INVALID_TOKEN, call, introspect, userinfo
from core.tests.oauth.support import GRANT_ERROR, SECRET, ask, basic, log_in, refresh, token_bench

from accredit import AccessDenied, Login, Subject, hookimpl
from accredit.tokens.refresh_token import hash_token

ADA = "acme|1000"
SERVER_ERROR = (500, "server_error", "the server could not complete the request")
BLOCKED = (401, "unauthorized", "user is blocked")
BEARER = (401, "invalid_token", "the Authorization header must hold a live access token with the exchange scope")
GLOBEX = {"connection": "globex", "access_token_secret": "s"}
SCOPE = "openid profile offline_access exchange"
SETTINGS = {"clients": {"app": {"scopes": ["exchange"]}}}


class Host:
    """Knows who may be here, or does what it was given."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []

    @hookimpl
    async def subject_active(self, subject: str, client_id: str) -> Any:
        self.asked.append((subject, client_id))
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


Use = Callable[[Bench, Mapping[str, Any]], Awaitable[httpx.Response]]


async def use_refresh_token(wire: Bench, body: Mapping[str, Any]) -> httpx.Response:
    return await refresh(wire, body["refresh_token"])


async def use_userinfo(wire: Bench, body: Mapping[str, Any]) -> httpx.Response:
    return await userinfo(wire, body["access_token"])


async def use_tokeninfo(wire: Bench, body: Mapping[str, Any]) -> httpx.Response:
    return await call(wire, "/tokeninfo", id_token=body["id_token"])


async def use_access_token_introspected(wire: Bench, body: Mapping[str, Any]) -> httpx.Response:
    return await introspect(wire, body["access_token"])


async def use_main_token(wire: Bench, body: Mapping[str, Any]) -> httpx.Response:
    return await wire.post(**GLOBEX, main_access_token=body["access_token"])


async def use_bearer(wire: Bench, body: Mapping[str, Any]) -> httpx.Response:
    return await wire.post({"Authorization": f"Bearer {body['access_token']}"}, client_id="strict")


async def use_login(wire: Bench, body: Mapping[str, Any]) -> httpx.Response:
    return await wire.post(scope=SCOPE)


INACTIVE = object()
USES: list[tuple[Use, Any, list[tuple[str, str]]]] = [
    (use_refresh_token, GRANT_ERROR, [(ADA, "app")]),
    (use_userinfo, INVALID_TOKEN, [(ADA, "app")]),
    (use_tokeninfo, INVALID_TOKEN, [(ADA, "app")]),
    (use_access_token_introspected, INACTIVE, [(ADA, "app")]),
    (use_main_token, BLOCKED, [(ADA, "app"), (ADA, "app")]),
    (use_bearer, BEARER, [(ADA, "app"), (ADA, "strict")]),
    (use_login, BLOCKED, [(ADA, "app")]),
]
each_use = pytest.mark.parametrize(("use", "refusal", "asked"), USES, ids=[use.__name__ for use, _, _ in USES])


def assert_no(response: httpx.Response, refusal: Any) -> None:
    if refusal is INACTIVE:
        assert (response.status_code, response.json()) == (200, {"active": False})
    else:
        assert_refused(response, *refusal)


@each_use
@pytest.mark.parametrize("answer", [None, True])
async def test_who_may_be_here_is_let_through(use: Use, refusal: Any, asked: Any, answer: Any) -> None:
    host, other = Host(answer), Host()
    async with token_bench(SETTINGS, plugins=[host, other]) as wire:
        body = await log_in(wire, SCOPE)
        host.asked.clear()
        other.asked.clear()

        response = await use(wire, body)

        assert response.status_code == 200
        assert response.json().get("active", True) is True
        assert host.asked == other.asked == asked


@pytest.mark.threat(29, 40)
@each_use
async def test_a_hosts_no_holds_wherever_a_token_is_used_and_ends_with_it(use: Use, refusal: Any, asked: Any) -> None:
    host = Host()
    async with token_bench(SETTINGS, plugins=[Host(True), host, Host(True)]) as wire:
        body = await log_in(wire, SCOPE)
        kept = dict(wire.storage.kept)
        host.answer = False
        host.asked.clear()

        assert_no(await use(wire, body), refusal)
        assert host.asked == asked[:1]
        assert wire.storage.kept == kept
        lines = [line for level, line in wire.log.events() if level == "critical"]
        assert lines == []

        host.answer = True
        assert (await use(wire, body)).status_code == 200


@pytest.mark.threat(29, 40)
@each_use
async def test_a_block_in_the_storage_holds_there_too(use: Use, refusal: Any, asked: Any) -> None:
    host = Host(True)
    async with token_bench(SETTINGS, plugins=[host]) as wire:
        body = await log_in(wire, SCOPE)
        await wire.exchange.subjects.block(ADA)
        host.asked.clear()

        assert_no(await use(wire, body), refusal)
        assert host.asked == []


@pytest.mark.threat(37, 40)
@each_use
@pytest.mark.parametrize(
    "answer",
    [RuntimeError("MARKED"), TimeoutError(), asyncio.CancelledError(), AccessDenied("MARKED"), 0, 1, "MARKED", ()],
    ids=lambda answer: type(answer).__name__,
)
async def test_a_host_that_fails_means_no_and_is_an_alert(use: Use, refusal: Any, asked: Any, answer: Any) -> None:
    host = Host()
    async with token_bench(SETTINGS, plugins=[host]) as wire:
        body = await log_in(wire, SCOPE)
        kept = dict(wire.storage.kept)
        host.answer = answer

        assert_refused(await use(wire, body), *SERVER_ERROR)
        [alert] = [line for level, line in wire.log.events() if level == "critical"]
        assert alert["reason"] == "plugin_failed"
        assert "test_standing.Host: " in alert["detail"]
        assert "MARKED" not in repr(wire.log.lines)
        assert wire.storage.kept == kept


@pytest.mark.threat(40)
async def test_a_refresh_token_of_a_user_who_may_not_be_here_is_not_active() -> None:
    host = Host()
    settings = {"clients": {"svc": {"connections": ["acme"]}}}
    async with token_bench(settings, plugins=[host]) as wire:
        given = await ask(
            wire,
            basic("svc", SECRET),
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token="good-token",
            subject_token_type="urn:ietf:params:oauth:token-type:access_token",
            connection="acme",
            scope="offline_access",
        )
        token = given.json()["refresh_token"]
        assert (await introspect(wire, token)).json()["active"] is True

        host.answer = False
        assert (await introspect(wire, token)).json() == {"active": False}
        assert host.asked[-1] == (ADA, "svc")


async def test_a_clients_own_token_is_no_users_and_the_host_is_not_asked() -> None:
    host = Host(False)
    async with token_bench({"clients": {"svc": {"scopes": ["exchange"]}}}, plugins=[host]) as wire:
        given = await ask(wire, basic("svc", SECRET), grant_type="client_credentials")
        token = given.json()["access_token"]

        assert (await introspect(wire, token)).json()["active"] is True
        refused = await wire.post({"Authorization": f"Bearer {token}"}, client_id="strict")
        assert_refused(refused, *BLOCKED)  # past the bearer; it is the login that the host refuses
        assert host.asked == [(ADA, "strict")]


@pytest.mark.threat(40)
async def test_who_is_refused_by_the_host_during_the_login_gets_nothing() -> None:
    host = Host()

    class Slow:
        @hookimpl
        async def claims(self, login: Login) -> None:
            host.answer = False

    async with token_bench({"subjects": {"policy": "create"}}, plugins=[host, Slow()]) as wire:
        assert_refused(await wire.post(scope="openid"), *BLOCKED)
        assert wire.event.checks[-1].name == "confirm_subject"
        assert await wire.storage.subject_of("acme", "1000") is None


@pytest.mark.threat(40)
async def test_who_is_refused_by_the_host_during_a_refresh_gets_nothing_and_keeps_the_token() -> None:
    host = Host()

    class Slow:
        @hookimpl
        async def claims(self, login: Login) -> None:
            if login.is_refresh:
                host.answer = False

    async with token_bench(plugins=[host, Slow()]) as wire:
        token = (await log_in(wire))["refresh_token"]
        assert_refused(await refresh(wire, token), *GRANT_ERROR)

        stored = await wire.storage.find(hash_token(token))
        assert stored is not None
        assert (stored.replaced_at, stored.session.ended) == (None, False)


@pytest.mark.threat(40)
async def test_a_subject_that_a_plugin_names_as_blocked_loses_its_refresh_tokens() -> None:
    class Users:
        blocked = False

        @hookimpl
        async def resolve_subject(self) -> Subject:
            return Subject("u1", blocked=self.blocked)

    users = Users()
    async with token_bench(plugins=[users]) as wire:
        token = (await log_in(wire))["refresh_token"]
        users.blocked = True
        assert_refused(await wire.post(), *BLOCKED)
        users.blocked = False

        assert_refused(await refresh(wire, token), *GRANT_ERROR)
        assert (await wire.post()).status_code == 200
        assert wire.clock.now == NOW
