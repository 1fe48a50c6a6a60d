"""What a plugin raises is its own failure, be it `SystemExit`; who really ends a call ends it."""

import asyncio
import gc
from typing import Any

import pytest
from core.tests.acme import Acme, acme_raising, acme_that
from core.tests.bench import Bench, assert_refused, bench

from accredit import ExchangeEvent, ExtraClaims, Identity, Login, Subject, hookimpl
from accredit import errors as e
from accredit._guard import blamed, guarded
from accredit.errors import PluginError
from accredit.strategy import in_order

SERVER_ERROR = (500, "server_error", "the server could not complete the request")


class Odd(BaseException):
    """Neither an error nor an exit."""


EXITS = [SystemExit("MARKED"), KeyboardInterrupt("MARKED"), GeneratorExit("MARKED"), Odd("MARKED")]
by_name = pytest.mark.parametrize("error", EXITS, ids=lambda error: type(error).__name__)


class Raising:
    """A plugin of which one hook raises."""

    def __init__(self, error: BaseException, hook: str) -> None:
        self._error = error
        self._hook = hook

    def _maybe(self, hook: str) -> None:
        if hook == self._hook:
            raise self._error

    @hookimpl
    async def resolve_subject(self, identity: Identity, client_id: str) -> Subject | None:
        self._maybe("resolve_subject")
        return None

    @hookimpl
    async def authorize(self, login: Login) -> None:
        self._maybe("authorize")

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims | None:
        self._maybe("claims")
        return None

    @hookimpl
    def observe(self, event: ExchangeEvent) -> None:
        self._maybe("observe")


def test_a_message_is_quoted_in_one_line_without_what_a_terminal_obeys() -> None:
    with pytest.raises(PluginError) as caught, blamed("its start failed", quotes=True):
        raise ValueError("one\ntwo\x1b[2J\x9b2J\u202e " + "x" * 300)

    told = str(caught.value)
    assert ": one two[2J2J xxx" in told
    assert told.endswith("x…")
    assert told.isprintable()


async def assert_it_is_the_plugins_failure(wire: Bench) -> None:
    """Check answer and event, and that the server goes on."""
    assert_refused(await wire.post(scope="openid offline_access"), *SERVER_ERROR)
    assert (wire.event.outcome, wire.event.reason, wire.event.alert) == ("failed", "plugin_failed", True)
    assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
    assert wire.storage.kept == {}
    assert (await wire.client.get("/healthz")).status_code == 200


@pytest.mark.threat(37)
@by_name
async def test_a_strategy_cannot_end_the_server(error: BaseException) -> None:
    async with bench(acme=acme_raising(error)) as wire:
        await assert_it_is_the_plugins_failure(wire)
        assert wire.event.detail.startswith(f"verify: {type(error).__name__} in ")


@pytest.mark.threat(37)
@by_name
async def test_nor_can_it_while_it_normalizes(error: BaseException) -> None:
    class Normalizing(Acme):
        def normalize(self, verification: Any) -> Any:
            raise error

    async with bench(acme=Normalizing) as wire:
        await assert_it_is_the_plugins_failure(wire)


@pytest.mark.threat(37)
@by_name
@pytest.mark.parametrize("hook", ["resolve_subject", "authorize", "claims"])
async def test_nor_can_a_hook(error: BaseException, hook: str) -> None:
    async with bench(plugins=[Raising(error, hook)]) as wire:
        await assert_it_is_the_plugins_failure(wire)


@by_name
async def test_nor_can_an_observer(error: BaseException) -> None:
    async with bench(plugins=[Raising(error, "observe")]) as wire:
        assert (await wire.post()).status_code == 200
        told = dict(wire.log.events()[-1][1])
        assert (told["event"], told["place"].split(" ")[0]) == ("observer.failed", type(error).__name__)


@by_name
async def test_nor_can_a_call_beside_another(error: BaseException) -> None:
    # Out of a task of its own, SystemExit would end the loop at once.
    async def verify(*_: object) -> Any:
        return await in_order(asyncio.sleep(0), exits())

    async def exits() -> None:
        raise error

    async with bench(acme=acme_that(verify)) as wire:
        await assert_it_is_the_plugins_failure(wire)


async def test_a_call_beside_one_that_fails_at_once_never_begins() -> None:
    async def fails() -> None:
        raise e.InvalidProviderToken("no")

    begun: list[str] = []

    async def other() -> None:
        begun.append("other")

    with pytest.raises(e.InvalidProviderToken):
        await in_order(fails(), other())
    gc.collect()  # which would warn of a coroutine that nobody awaited
    assert begun == []


async def test_who_cancels_a_call_ends_it() -> None:
    async def wait() -> None:
        with guarded("x"):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_closes_a_call_ends_it() -> None:
    seen: list[str] = []

    async def wait() -> None:
        try:
            with guarded("x"):
                await asyncio.Event().wait()
        except BaseException as exc:
            seen.append(type(exc).__name__)
            raise

    call = wait()
    task = asyncio.create_task(call)
    await asyncio.sleep(0)
    call.close()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert seen == ["GeneratorExit"]


def test_a_call_that_is_forgotten_with_its_loop_ends_in_peace() -> None:
    seen: list[str] = []

    async def wait() -> None:
        try:
            with guarded("x"):
                await asyncio.Event().wait()
        except BaseException as exc:
            seen.append(type(exc).__name__)
            raise

    call = wait()

    async def begin() -> None:
        asyncio.get_running_loop().create_task(call)
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)
    loop.run_until_complete(begin())
    loop.close()
    call.close()
    gc.collect()
    assert seen == ["GeneratorExit"]


@pytest.mark.parametrize("error", [*EXITS, ValueError("MARKED"), asyncio.CancelledError()])
def test_without_a_loop_everything_is_the_plugins_own(error: BaseException) -> None:
    with pytest.raises(e.PluginFailed) as raised, guarded("signer"):
        raise error
    assert raised.value.detail.startswith(f"signer: {type(error).__name__} in ")


def test_what_is_allowed_passes() -> None:
    with pytest.raises(KeyError), guarded("x", allowed=(KeyError, OSError)):
        raise KeyError
    with guarded("x"):
        pass
