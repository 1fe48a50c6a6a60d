"""One deadline for an exchange as a whole, and whose time it was that ran out."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from core.tests.acme import acme_that
from core.tests.bench import Bench, bench

from accredit import ExtraClaims, Identity, Login, Subject, VerifyContext, hookimpl
from accredit.credentials import Credential
from accredit.errors import ProviderUnavailable, StorageFailed
from accredit.exchange.deadline import STORAGE_TIMEOUT_S, Deadlines
from accredit.storage import MemoryStorage

SHORT = {"limits": {"exchange_timeout_s": 0.05}}
ALL = "openid offline_access"


async def _for_ever() -> None:
    await asyncio.Event().wait()


class SlowHooks:
    """Two hooks, of which the one that is named waits for ever."""

    def __init__(self, slow: str, *, swallows: bool = False) -> None:
        self.slow = slow
        self.swallows = swallows
        self.called: list[str] = []

    async def _pass(self, hook: str) -> None:
        self.called.append(hook)
        if hook == self.slow:
            try:
                await _for_ever()
            except asyncio.CancelledError:
                if not self.swallows:
                    raise

    @hookimpl
    async def resolve_subject(self, identity: Identity, client_id: str) -> Subject | None:
        await self._pass("resolve_subject")
        return None

    @hookimpl
    async def authorize(self, login: Login) -> None:
        await self._pass("authorize")

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims | None:
        await self._pass("claims")
        return None


@pytest.mark.parametrize("swallows", [False, True])
@pytest.mark.parametrize("slow", ["resolve_subject", "authorize", "claims"])
async def test_a_hook_that_takes_the_exchanges_time_has_failed(slow: str, swallows: bool) -> None:
    hooks = SlowHooks(slow, swallows=swallows)
    async with bench(SHORT, plugins=[hooks]) as wire:
        response = await wire.post(scope=ALL)

        assert response.status_code == 500
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert "the exchange's deadline has passed" in wire.event.detail or "TimeoutError" in wire.event.detail
        assert hooks.called[-1] == slow
        assert wire.storage.kept == {}


async def test_hooks_and_provider_share_one_deadline() -> None:
    async with bench({"limits": {"exchange_timeout_s": 60.0}}, plugins=[SlowHooks("")]) as wire:
        assert (await wire.post(scope=ALL)).status_code == 200
    with Deadlines(60.0).begin() as deadline:
        before = deadline.until
        deadline.store()
        assert deadline.until == before


async def test_a_write_has_its_own_time_where_that_ends_later() -> None:
    with Deadlines(1.0).begin() as deadline:
        for _ in range(2):
            deadline.store()
            assert deadline.until == pytest.approx(asyncio.get_running_loop().time() + STORAGE_TIMEOUT_S, abs=3)


async def test_a_provider_that_takes_it_is_unavailable() -> None:
    async def hang(_: Credential, __: VerifyContext) -> None:
        await _for_ever()

    async with bench(SHORT, acme=acme_that(hang)) as wire:
        assert (await wire.post(scope=ALL)).status_code == 503
        assert (wire.event.reason, wire.event.detail) == (
            "provider_unavailable",
            "the exchange's deadline has passed",
        )


class Stalled(MemoryStorage):
    """A storage of which one method waits: for ever, or until the deadline has passed by far."""

    def __init__(self, method: str, *, seconds: float | None, **options: Any) -> None:
        super().__init__(**options)
        self._method = method
        self._seconds = seconds

    async def _wait(self, method: str) -> None:
        if method == self._method:
            await (_for_ever() if self._seconds is None else asyncio.sleep(self._seconds))

    async def subject_of(self, *args: Any) -> Any:
        await self._wait("subject_of")
        return await super().subject_of(*args)

    async def start(self, *args: Any, **options: Any) -> Any:
        await self._wait("start")
        return await super().start(*args, **options)


async def test_a_storage_that_cannot_be_read_in_time_has_failed() -> None:
    async with bench(SHORT, storage=Stalled("subject_of", seconds=None)) as wire:
        response = await wire.post(scope=ALL)

        assert response.status_code == StorageFailed.status
        assert wire.event.reason == "storage_failed"
        assert wire.event.detail == "the exchange's deadline has passed, waiting for the storage"


async def test_a_write_that_has_begun_is_waited_for_though_the_deadline_passes() -> None:
    storage = Stalled("start", seconds=0.3)
    async with bench(SHORT, storage=storage) as wire:
        response = await wire.post(scope=ALL)

        assert response.status_code == 200
        assert "refresh_token" in response.json()
        assert wire.event.outcome == "accepted"


async def test_no_write_begins_after_the_deadline() -> None:
    async def store_too_late() -> None:
        with Deadlines(0.01).begin() as deadline:
            with suppress(asyncio.CancelledError):
                await _for_ever()
            deadline.store()

    with pytest.raises(StorageFailed, match="before anything was stored"):
        await store_too_late()


async def test_a_caller_who_leaves_is_no_deadline(wire: Bench) -> None:
    async def wait() -> None:
        with Deadlines(60.0).begin():
            await _for_ever()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_is_raised_in_time_is_raised() -> None:
    with pytest.raises(ProviderUnavailable, match="down"), Deadlines(60.0).begin():
        raise ProviderUnavailable("down")
