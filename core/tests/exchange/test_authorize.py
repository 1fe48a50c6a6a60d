"""Deny hooks: any of them may refuse, and one that fails refuses too."""

import asyncio
from typing import Any

import pytest
from core.tests.bench import NOW, assert_refused, bench, good_request

from accredit import AccessDenied, Identity, Login, Subject, hookimpl
from accredit.errors import InvalidProviderToken, MissingParameter, ServerError

SERVER_ERROR = (500, "server_error", "the server could not complete the request")


class Guard:
    """Does what it was given."""

    def __init__(self, outcome: Any = None) -> None:
        self.outcome = outcome
        self.logins: list[Login] = []

    @hookimpl
    async def authorize(self, login: Login) -> Any:
        self.logins.append(login)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


async def test_none_means_go_on() -> None:
    guards = [Guard(), Guard()]
    async with bench(plugins=guards) as wire:
        assert (await wire.post()).status_code == 200
        assert [len(guard.logins) for guard in guards] == [1, 1]


async def test_a_guard_sees_who_wants_what() -> None:
    guard = Guard()
    async with bench(plugins=[guard]) as wire:
        await wire.post(scope="openid nonsense", device="phone", audience="https://api.example.com")

    [login] = guard.logins
    assert (login.client_id, login.subject) == ("app", Subject("acme|1000"))
    assert (login.scopes, login.audience, login.device) == (("openid",), "https://api.example.com", "phone")
    identity = login.identity
    assert (identity.connection, identity.strategy, identity.user_id) == ("acme", "acme", "1000")
    assert identity.profile.name == "Ada Lovelace"
    assert "good-token" not in repr(login)


async def test_the_first_refusal_ends_it() -> None:
    guards = [Guard(), Guard(AccessDenied("first")), Guard(AccessDenied("second"))]
    async with bench(plugins=guards) as wire:
        assert_refused(await wire.post(scope="offline_access"), 401, "unauthorized", "first")
        assert [len(guard.logins) for guard in guards] == [1, 1, 0]
        assert wire.storage.kept == {}


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Zoë, not today\n", "Zoë, not today"),
        ("half \ud800 \x1b[2J\u202e of it", "half \ufffd [2J of it"),
        ("", "access denied"),
        ("x" * 5000, "x" * 1000),
        (b"staff only", "access denied"),
        (None, "access denied"),
    ],
    ids=["plain", "odd", "empty", "long", "bytes", "None"],
)
async def test_whatever_a_hook_says_is_an_answer_in_one_line(sentence: Any, told: str) -> None:
    async with bench(plugins=[Guard(AccessDenied(sentence))]) as wire:
        assert_refused(await wire.post(), 401, "unauthorized", told)


@pytest.mark.threat(37)
@pytest.mark.parametrize(
    "outcome",
    [
        ValueError("MARKED"),
        TimeoutError(),
        asyncio.CancelledError(),
        InvalidProviderToken("MARKED"),
        MissingParameter("MARKED"),
        ServerError("MARKED"),
        True,
        False,
        "MARKED",
        AccessDenied("MARKED, but only returned"),
    ],
    ids=lambda outcome: type(outcome).__name__,
)
async def test_anything_else_refuses_and_is_our_fault(outcome: object) -> None:
    if isinstance(outcome, AccessDenied):

        class Returning(Guard):
            @hookimpl
            async def authorize(self, login: Login) -> Any:
                return outcome

        guard: Guard = Returning()
    else:
        guard = Guard(outcome)
    async with bench(plugins=[guard]) as wire:
        response = await wire.post(scope="openid offline_access")

        assert_refused(response, *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
        assert wire.storage.kept == {}


async def test_the_failing_plugin_is_named() -> None:
    async with bench(plugins=[Guard(), Guard(True)]) as wire:
        await wire.post()

        assert "test_authorize.Guard" in wire.event.detail
        assert wire.event.detail.endswith("authorize returned bool")


class Marked:
    """A guard that asks pluggy to go first."""

    def __init__(self, name: str, seen: list[str]) -> None:
        self.name = name
        self.seen = seen

    @hookimpl(tryfirst=True)
    async def authorize(self, login: Login) -> None:
        self.seen.append(self.name)


class Plain(Marked):
    """A guard that asks for nothing."""

    @hookimpl
    async def authorize(self, login: Login) -> None:
        self.seen.append(self.name)


async def test_hooks_run_in_the_order_the_plugins_were_given() -> None:
    seen: list[str] = []
    async with bench(plugins=[Plain("a", seen), Plain("b", seen), Plain("c", seen)]) as wire:
        await wire.post()

    assert seen == ["a", "b", "c"]


async def test_no_plugin_puts_itself_last_by_asking_to_be_first() -> None:
    seen: list[str] = []
    async with bench(plugins=[Marked("a", seen), Plain("b", seen)]) as wire:
        await wire.post()

    assert seen == ["a", "b"]


class Resolver:
    """Names a subject, or does what it was given."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.asked: list[tuple[Identity, str]] = []

    @hookimpl
    async def resolve_subject(self, identity: Identity, client_id: str) -> Any:
        self.asked.append((identity, client_id))
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


async def test_the_first_subject_wins_and_the_others_are_not_asked() -> None:
    resolvers = [Resolver(None), Resolver(Subject("u1")), Resolver(Subject("u2"))]
    guard = Guard()
    async with bench(plugins=[*resolvers, guard]) as wire:
        assert (await wire.post(scope="offline_access")).status_code == 200

        assert wire.event.subject == "u1"
        assert guard.logins[0].subject == Subject("u1")
        assert [grant.subject for grant in wire.storage.kept.values()] == ["u1"]
        assert [len(resolver.asked) for resolver in resolvers] == [1, 1, 0]
        [(identity, client_id)] = resolvers[0].asked
        assert (identity.user_id, client_id) == ("1000", "app")


async def test_without_an_opinion_the_subject_is_strategy_and_user_id() -> None:
    async with bench(plugins=[Resolver(None)]) as wire:
        wire.provider.people["game"] = {"id": "5", "app": "acme-game-app"}
        await wire.post(client_id="other", connection="acme-game", access_token="game")

        assert wire.event.subject == "acme|5"


@pytest.mark.threat(29)
async def test_a_blocked_subject_is_refused_before_any_guard() -> None:
    guard = Guard()
    async with bench(plugins=[Resolver(Subject("u1", blocked=True)), guard]) as wire:
        assert_refused(await wire.post(scope="offline_access"), 401, "unauthorized", "user is blocked")
        assert guard.logins == []
        assert wire.storage.kept == {}


@pytest.mark.threat(37)
@pytest.mark.parametrize("outcome", [RuntimeError("MARKED"), "u1", True, {"id": "u1"}, TimeoutError()])
async def test_a_resolver_that_fails_refuses(outcome: object) -> None:
    async with bench(plugins=[Resolver(outcome), Resolver(Subject("u2"))]) as wire:
        assert_refused(await wire.post(scope="offline_access"), *SERVER_ERROR)
        assert (wire.event.reason, wire.event.subject) == ("plugin_failed", None)
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
        assert wire.storage.kept == {}


async def test_a_hook_may_take_fewer_arguments_than_it_is_offered() -> None:
    class Short:
        @hookimpl
        async def resolve_subject(self, client_id: str) -> Subject:
            return Subject(f"user-of-{client_id}")

    async with bench(plugins=[Short()]) as wire:
        await wire.post()

        assert wire.event.subject == "user-of-app"
        assert wire.clock.now == NOW


async def test_a_caller_who_leaves_during_a_hook_is_no_failure_of_the_hook() -> None:
    asked = asyncio.Event()

    class Slow:
        @hookimpl
        async def authorize(self) -> None:
            asked.set()
            await asyncio.Event().wait()

    async with bench(plugins=[Slow()]) as wire:
        task = asyncio.create_task(wire.exchange(good_request(scopes=("offline_access",))))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert (wire.event.reason, wire.event.alert) == ("abandoned", False)
        assert wire.storage.kept == {}
