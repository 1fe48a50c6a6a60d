"""Somebody who does not wait for the answer: an outcome of its own, at every endpoint and from Python."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from core.tests.audit.happenings import HAPPENINGS, SCOPE
from core.tests.bench import Bench
from core.tests.oauth.support import token_bench

from accredit import (
    AnyEvent,
    ExchangeEvent,
    IntrospectionEvent,
    NonceEvent,
    ProviderNoticeEvent,
    ProviderToken,
    RefreshEvent,
    RevocationEvent,
    TokenEvent,
    TokeninfoEvent,
    UserinfoEvent,
    VerifyEvent,
    create_app,
)
from accredit.storage import MemoryStorage

ENDPOINTS: dict[str, tuple[type[AnyEvent], str]] = {
    "/oauth/access_token": (ExchangeEvent, "exchange.abandoned"),
    "/oauth/token": (TokenEvent, "token.abandoned"),
    "/oauth/nonce": (NonceEvent, "nonce.abandoned"),
    "/oauth/revoke": (RevocationEvent, "revocation.abandoned"),
    "/oauth/introspect": (IntrospectionEvent, "introspection.abandoned"),
    "/userinfo": (UserinfoEvent, "userinfo.abandoned"),
    "/tokeninfo": (TokeninfoEvent, "tokeninfo.abandoned"),
    "/notices/acme": (ProviderNoticeEvent, "notice.abandoned"),
}


class Slow:
    """Something that lasts until the test is over."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.is_on = False

    async def wait(self) -> None:
        if self.is_on:
            self.begun.set()
            await asyncio.Event().wait()


class SlowStorage(MemoryStorage):
    """A store that does not answer, once it is slow."""

    def __init__(self, slow: Slow) -> None:
        super().__init__()
        self.slow = slow

    async def find(self, token_hash: str) -> Any:
        await self.slow.wait()
        return await super().find(token_hash)

    async def get(self, subject: str) -> Any:
        await self.slow.wait()
        return await super().get(subject)

    async def session(self, session_id: str) -> Any:
        await self.slow.wait()
        return await super().session(session_id)

    async def subject_of(self, namespace: str, user_id: str) -> Any:
        await self.slow.wait()
        return await super().subject_of(namespace, user_id)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def wire(slow: Slow) -> AsyncIterator[Bench]:
    async with token_bench(storage=SlowStorage(slow)) as one:
        yield one


def the_event(wire: Bench) -> tuple[type[AnyEvent], str]:
    """Return type and name of the one event there must be, told as nobody's fault."""
    [event], [(level, line)] = wire.heard, wire.log.events()
    assert (event.outcome, event.reason, event.status, event.alert) == ("abandoned", "abandoned", 499, False)
    assert (level, line["event"], line["status"]) == ("info", event.name, 499)
    return type(event), event.name


async def answer(wire: Bench, path: str, receive: Callable[[], Awaitable[Any]]) -> None:
    """Let the app answer a POST whose body comes from `receive`."""

    async def send(_: Any) -> None:
        pass

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    await create_app(wire.exchange)(scope, receive, send)


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_a_client_that_leaves_before_its_request_is_whole(wire: Bench, path: str) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    await answer(wire, path, receive)

    assert the_event(wire) == ENDPOINTS[path]


@pytest.mark.parametrize("path", ENDPOINTS)
async def test_a_server_that_gives_up_before_a_request_is_whole(wire: Bench, path: str) -> None:
    waits = asyncio.Event()

    async def receive() -> dict[str, Any]:
        waits.set()
        return await asyncio.Future()

    await cancel(asyncio.create_task(answer(wire, path, receive)), waits)

    assert the_event(wire) == ENDPOINTS[path]


async def cancel(task: asyncio.Task[Any], begun: asyncio.Event) -> None:
    """End a task from outside, once it waits."""
    await asyncio.wait_for(begun.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("login", ExchangeEvent, "exchange.abandoned"),
        ("login by token exchange", ExchangeEvent, "exchange.abandoned"),
        ("refresh", RefreshEvent, "token.abandoned"),
        ("revocation", RevocationEvent, "revocation.abandoned"),
        ("introspection", IntrospectionEvent, "introspection.abandoned"),
        ("userinfo", UserinfoEvent, "userinfo.abandoned"),
        ("tokeninfo", TokeninfoEvent, "tokeninfo.abandoned"),
    ],
)
async def test_one_that_is_ended_while_the_storage_is_asked(
    wire: Bench, slow: Slow, name: str, kind: type[AnyEvent], told: str
) -> None:
    tokens = (await wire.post(scope=SCOPE)).json()
    wire.forget()
    slow.is_on = True

    async def act() -> None:
        await HAPPENINGS[name].act(wire, tokens)

    await cancel(asyncio.create_task(act()), slow.begun)

    assert the_event(wire) == (kind, told)


async def test_one_from_python(wire: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def send(_: Any) -> Any:
        begun.set()
        await asyncio.Future()

    monkeypatch.setattr(wire.provider, "handle_async_request", send)
    await cancel(asyncio.create_task(wire.exchange.verify("acme", ProviderToken.of("good-token"))), begun)

    assert the_event(wire) == (VerifyEvent, "exchange.abandoned")
