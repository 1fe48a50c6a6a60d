"""What has begun when its caller leaves: it is told, or it has not happened."""

import asyncio
from typing import Any

import pytest
from core.tests.bench import Bench, bench, good_request

from accredit import LinkedEvent, ProviderToken, RefreshRequest, ReuseEvent
from accredit.errors import IdentityTaken
from accredit.exchange import unrecallable
from accredit.models import MainToken
from accredit.storage import MemoryStorage
from accredit.storage.ports.subjects import StoredSubject


class Slow(MemoryStorage):
    """Links, and takes its time before it says so; or before it does so."""

    def __init__(self, *, first: bool = True, error: Exception | None = None) -> None:
        super().__init__()
        self.first, self.error = first, error
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def link(
        self, namespace: str, user_id: str, subject: str, *, now: int, main: MainToken | None = None
    ) -> StoredSubject:
        stored = await super().link(namespace, user_id, subject, now=now, main=main) if self.first else None
        self.begun.set()
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        return stored or await super().link(namespace, user_id, subject, now=now, main=main)


async def abandoned(wire: Bench, storage: Slow) -> "asyncio.Task[Any]":
    """Return a login that links, cancelled in the middle of that."""
    main = (await wire.exchange(good_request(scopes=("openid",)))).access_token
    wire.forget()
    token = ProviderToken.of("good-token", secret="good-secret")
    login = asyncio.create_task(wire.exchange(good_request(connection="globex", token=token, main_access_token=main)))
    await storage.begun.wait()
    login.cancel()
    await asyncio.sleep(0)
    return login


def told(wire: Bench) -> list[str]:
    return [event.name for event in wire.heard]


async def test_a_link_is_told_though_its_caller_has_left() -> None:
    storage = Slow()
    async with bench(storage=storage) as wire:
        login = await abandoned(wire, storage)
        storage.may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await login
        assert told(wire) == ["exchange.abandoned", "subject.linked"]
        assert isinstance(wire.heard[1], LinkedEvent)
        assert (wire.heard[1].subject, wire.heard[1].user_id) == ("acme|1000", "77")
        assert await storage.identities("acme|1000") == (("globex", "77"),)


@pytest.mark.parametrize("error", [IdentityTaken(), RuntimeError("MARKED")])
async def test_a_link_that_fails_after_its_caller_has_left_is_none(error: Exception) -> None:
    storage = Slow(first=False, error=error)
    async with bench(storage=storage) as wire:
        login = await abandoned(wire, storage)
        storage.may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await login
        assert told(wire) == ["exchange.abandoned"]


async def test_a_link_that_does_not_even_begin_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unrecallable, "PATIENCE_S", 0.01)
    storage = Slow(first=False)
    async with bench(storage=storage) as wire:
        login = await abandoned(wire, storage)
        with pytest.raises(asyncio.CancelledError):
            await login
        storage.may_end.set()
        await asyncio.sleep(0)
        assert told(wire) == ["exchange.abandoned"]
        assert await storage.identities("acme|1000") == ()


async def test_whoever_leaves_twice_is_not_kept() -> None:
    storage = Slow(first=False)
    async with bench(storage=storage) as wire:
        login = await abandoned(wire, storage)
        login.cancel()
        with pytest.raises(asyncio.CancelledError):
            await login
        assert told(wire) == ["exchange.abandoned"]


class SlowEnd(MemoryStorage):
    """Ends a session, and takes its time before it says so."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def end(self, session_id: str) -> None:
        await super().end(session_id)
        self.begun.set()
        await self.may_end.wait()


async def test_reuse_is_told_though_its_caller_has_left() -> None:
    storage = SlowEnd()
    async with bench({"tokens": {"leeway_s": 0}}, storage=storage) as wire:
        token = (await wire.exchange(good_request(scopes=("offline_access",)))).refresh_token
        assert token is not None
        request = RefreshRequest(client_id="app", refresh_token=token)
        await wire.exchange.refresh(request)
        wire.forget()
        reuse = asyncio.create_task(wire.exchange.refresh(request))
        await storage.begun.wait()
        reuse.cancel()
        await asyncio.sleep(0)
        storage.may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await reuse
        [event] = wire.heard
        assert isinstance(event, ReuseEvent)
        assert (event.name, event.reason) == ("token.refused", "refresh_token_reused")
