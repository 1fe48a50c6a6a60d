"""The life of an exchange: each mistake of its host is told in a sentence, and leaves nothing behind."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from core.tests.acme import ADA, Acme, Brings, Globex, acme_that
from core.tests.bench import GOOD, SETTINGS, ListLogger, Observer, bench, good_request, merged, signing_key

from accredit import AccreditError, Exchange, ProviderToken, Settings, VerifyContext, create_app
from accredit.credentials import Credential
from accredit.errors import ConfigurationError, ExchangeError, InvalidScope, LifecycleError, ProviderUnavailable
from accredit.exchange.life import CLOSED, FORKED, NOT_OPEN, OPEN_ALREADY, OTHER_LOOP
from accredit.keys import SigningKeys
from accredit.storage import MemoryStorage, SqliteStorage

pytestmark = pytest.mark.slow

Call = Callable[[Exchange], Coroutine[Any, Any, object]]

CALLS: dict[str, Call] = {
    "exchange": lambda one: one(good_request()),
    "verify": lambda one: one.verify("acme", ProviderToken.of("good-token")),
    "identities": lambda one: one.subjects.identities("ada"),
    "is_blocked": lambda one: one.subjects.is_blocked("ada"),
    "block": lambda one: one.subjects.block("ada"),
    "unblock": lambda one: one.subjects.unblock("ada"),
    "link": lambda one: one.subjects.link("acme", "1", "ada"),
    "unlink": lambda one: one.subjects.unlink("acme", "1"),
}
ENDPOINTS = [
    ("POST", "/oauth/access_token"),
    ("POST", "/oauth/token"),
    ("POST", "/oauth/revoke"),
    ("POST", "/oauth/introspect"),
    ("GET", "/userinfo"),
    ("POST", "/tokeninfo"),
    ("POST", "/notices/acme"),
]
DOCUMENTS = ["/.well-known/jwks.json", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
EVERY_CALL = pytest.mark.parametrize("name", CALLS)


class Owned(httpx.MockTransport):
    """A transport that somebody must close."""

    closed = False

    def __init__(self) -> None:
        super().__init__(lambda _: httpx.Response(200, json=ADA))

    async def aclose(self) -> None:
        self.closed = True


def made(**given: Any) -> Exchange:
    """Return an exchange that is not open, with everything in memory."""
    return Exchange(
        Settings.model_validate(SETTINGS),
        **{
            "plugins": [Brings(Acme, Globex)],
            "transport": Owned(),
            "keys": SigningKeys([signing_key()]),
            "logger": ListLogger(),
            **given,
        },
    )


def on_disk(folder: Path, name: str = "one", **given: Any) -> Exchange:
    """Return an exchange that is not open, with a database, keys and a transport of its own."""
    tables = {"keys": {"path": str(folder / f"{name}.json")}, "storage": {"url": f"sqlite:///{folder / name}.db"}}
    settings = Settings.model_validate(merged(SETTINGS, {**tables, "tokens": {"signing_alg": "EdDSA"}}))
    return Exchange(settings, **{"plugins": [Brings(Acme, Globex)], "logger": ListLogger(), **given})


def writers() -> list[threading.Thread]:
    """Return the threads of ours."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("accredit")]


async def sentence(call: Awaitable[object]) -> str:
    """Return what the host is told."""
    with pytest.raises(LifecycleError) as told:
        await call
    return str(told.value)


@contextmanager
def another_loop() -> Iterator[asyncio.Runner]:
    """Run a second event loop in the thread of a test that is not asynchronous itself."""
    with asyncio.Runner() as runner:
        yield runner


def test_a_mistake_of_the_host_is_no_outcome_of_an_exchange() -> None:
    assert issubclass(LifecycleError, AccreditError)
    assert not issubclass(LifecycleError, ExchangeError)


@pytest.mark.threat(59)
@EVERY_CALL
async def test_a_call_before_opening_says_how_to_open(name: str) -> None:
    assert await sentence(CALLS[name](made())) == NOT_OPEN


@pytest.mark.threat(59)
@EVERY_CALL
async def test_a_call_after_closing_says_so(name: str) -> None:
    exchange = made()
    async with exchange:
        await CALLS[name](exchange)
    assert await sentence(CALLS[name](exchange)) == CLOSED


@pytest.mark.threat(59)
@EVERY_CALL
def test_a_call_in_another_loop_says_where_it_belongs(name: str) -> None:
    exchange = made()
    with another_loop() as first, another_loop() as second:
        first.run(exchange.open())
        assert second.run(sentence(CALLS[name](exchange))) == OTHER_LOOP
        first.run(CALLS[name](exchange))
        first.run(exchange.close())


@pytest.mark.threat(59)
@EVERY_CALL
async def test_a_call_after_a_fork_says_where_to_open(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with made() as exchange:
        with monkeypatch.context() as child:
            child.setattr(os, "getpid", lambda: -1)
            assert await sentence(CALLS[name](exchange)) == FORKED
            assert await sentence(exchange.open()) == FORKED
            assert await sentence(exchange.close()) == FORKED
        await CALLS[name](exchange)


async def test_what_is_not_open_has_neither_keys_nor_transport() -> None:
    exchange = made(transport=None)
    for _ in range(2):
        with pytest.raises(LifecycleError):
            _ = exchange.engine.keys
        with pytest.raises(LifecycleError):
            exchange.engine.http(["https://api.acme.example"])
        async with exchange:
            assert exchange.engine.keys.all
            assert exchange.engine.http(["https://api.acme.example"]).calls == []


@pytest.mark.threat(59)
async def test_a_mistake_leaves_one_event_with_an_alert_and_never_blames_the_provider() -> None:
    observer = Observer()
    exchange = made(plugins=[Brings(Acme, Globex), observer])
    for call in ("exchange", "verify"):
        assert await sentence(CALLS[call](exchange)) == NOT_OPEN
        event = observer.events.pop()
        assert (event.outcome, event.reason, event.status, event.alert) == ("failed", "not_open", 500, True)
        assert (event.detail, observer.events) == (NOT_OPEN, [])


# -- the endpoints


async def _refused(client: httpx.AsyncClient, log: ListLogger, method: str, path: str) -> str:
    """Return the detail of the alert that a call leaves, which is answered in the contract's form."""
    log.lines.clear()
    response = await client.request(method, path, json=dict(GOOD) if method == "POST" else None)
    assert response.status_code == 500
    assert response.json() == {
        "error": "server_error",
        "error_description": "the server could not complete the request",
    }
    assert response.headers["cache-control"] == "no-store"
    [(level, event)] = log.events()
    assert level == "critical"
    detail: str = event["detail"]
    return detail


def client_of(exchange: Exchange) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(exchange))
    return httpx.AsyncClient(transport=transport, base_url="https://login.example.com")


@pytest.mark.threat(59)
@pytest.mark.parametrize(("method", "path"), [*ENDPOINTS, *(("GET", path) for path in DOCUMENTS)])
async def test_an_endpoint_answers_in_the_contracts_form_before_opening_and_after_closing(
    method: str, path: str
) -> None:
    log = ListLogger()
    exchange = made(logger=log)
    async with client_of(exchange) as client:
        assert await _refused(client, log, method, path) == NOT_OPEN
        async with exchange:
            assert (await client.get("/readyz")).status_code == 200
        assert await _refused(client, log, method, path) == CLOSED
        assert [(await client.get(probe)).status_code for probe in ("/readyz", "/healthz")] == [503, 200]


@pytest.mark.threat(59)
@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_an_endpoint_answers_in_the_contracts_form_in_another_loop(method: str, path: str) -> None:
    log = ListLogger()
    exchange = made(logger=log)

    async def ask() -> None:
        async with client_of(exchange) as client:
            assert await _refused(client, log, method, path) == OTHER_LOOP
            assert [(await client.get(probe)).status_code for probe in ("/readyz", "/healthz")] == [503, 200]

    with another_loop() as first, another_loop() as second:
        first.run(exchange.open())
        second.run(ask())
        first.run(exchange.close())


# -- opening


@pytest.mark.threat(59)
async def test_a_second_opening_is_refused_and_leaves_no_thread_behind(tmp_path: Path) -> None:
    before = len(writers())
    exchange = on_disk(tmp_path, transport=Owned())
    async with exchange:
        assert await sentence(exchange.open()) == OPEN_ALREADY
        assert len(writers()) == before + 1
        await CALLS["exchange"](exchange)
    assert len(writers()) == before


@pytest.mark.threat(59)
async def test_of_two_openings_at_once_one_is_refused(tmp_path: Path) -> None:
    before = len(writers())
    exchange = on_disk(tmp_path)
    outcomes = await asyncio.gather(exchange.open(), exchange.open(), return_exceptions=True)
    assert [str(one) for one in outcomes if one is not None] == [OPEN_ALREADY]
    await exchange.close()
    assert len(writers()) == before


def test_a_second_opening_in_another_loop_is_refused(tmp_path: Path) -> None:
    exchange = on_disk(tmp_path)
    with another_loop() as first, another_loop() as second:
        first.run(exchange.open())
        assert second.run(sentence(exchange.open())) == OPEN_ALREADY
        first.run(exchange.close())


async def test_one_storage_is_not_opened_by_two_exchanges(tmp_path: Path) -> None:
    before = len(writers())
    storage = SqliteStorage(str(tmp_path / "shared.db"))
    async with made(storage=storage) as first:
        assert "storage" in await sentence(made(storage=storage).open())
        assert len(writers()) == before + 1
        await CALLS["link"](first)  # still open


async def test_what_cannot_be_opened_leaves_nothing_open_and_may_be_tried_again(tmp_path: Path) -> None:
    before = len(writers())
    (tmp_path / "one.db").write_bytes(b"no database" * 1000)
    exchange = on_disk(tmp_path)
    with pytest.raises(ConfigurationError, match="file is not a database"):
        await exchange.open()
    assert await sentence(CALLS["exchange"](exchange)) == NOT_OPEN
    assert len(writers()) == before
    (tmp_path / "one.db").unlink()
    async with exchange:
        await CALLS["link"](exchange)


@pytest.mark.parametrize("times", range(3))
def test_two_exchanges_that_open_at_once_in_two_threads_both_start(tmp_path: Path, times: int) -> None:
    problems: list[BaseException] = []
    together = threading.Barrier(3)

    async def live(name: str) -> None:
        exchange = on_disk(tmp_path, name)
        await asyncio.to_thread(together.wait, 60)
        async with exchange:
            await exchange.subjects.block("ada")
            assert await exchange.subjects.is_blocked("ada")

    def run(name: str) -> None:
        try:
            asyncio.run(live(name))
        except BaseException as exc:  # for the test to show
            problems.append(exc)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert problems == []


async def test_two_exchanges_that_open_at_once_in_one_loop_both_start(tmp_path: Path) -> None:
    first, second = on_disk(tmp_path, "one"), on_disk(tmp_path, "two")
    await asyncio.gather(first.open(), second.open())
    for exchange in (first, second):
        await exchange.subjects.block("ada")
        await exchange.close()


# -- closing


async def test_closing_what_is_not_open_does_nothing() -> None:
    exchange = made()
    await exchange.close()
    async with exchange:
        pass
    await exchange.close()


class Stubborn(MemoryStorage):
    """Cannot be closed."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    async def close(self) -> None:
        raise self.error


def owning(transport: Owned, monkeypatch: pytest.MonkeyPatch, **given: Any) -> Exchange:
    """Return an exchange that believes to have made `transport` itself."""
    monkeypatch.setattr("accredit.exchange.providers.make_transport", lambda **_: transport)
    return made(transport=None, **given)


@pytest.mark.threat(59)
async def test_a_part_that_cannot_be_closed_is_named_and_keeps_no_other_open(monkeypatch: pytest.MonkeyPatch) -> None:
    transport, log = Owned(), ListLogger()
    exchange = owning(transport, monkeypatch, storage=Stubborn(ValueError("MARKED")), logger=log)
    await exchange.open()
    told = await sentence(exchange.close())
    assert told.startswith("the exchange is closed, but its storage could not be: ValueError in Stubborn.close (")
    assert transport.closed
    [(level, event)] = log.events()
    assert (level, event["event"], event["part"]) == ("error", "host.close_failed", "storage")
    assert "MARKED" not in told + repr(log.lines)
    assert await sentence(CALLS["exchange"](exchange)) == CLOSED


async def test_the_error_of_the_block_matters_more_than_that_of_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    transport, log = Owned(), ListLogger()
    with pytest.raises(KeyError):
        async with owning(transport, monkeypatch, storage=Stubborn(ValueError()), logger=log):
            raise KeyError
    assert transport.closed
    assert [event["event"] for _, event in log.events()] == ["host.close_failed"]


async def test_a_block_that_ends_well_tells_what_could_not_be_closed() -> None:
    with pytest.raises(LifecycleError, match="its storage could not be"):
        async with made(storage=Stubborn(ValueError())):
            pass


async def test_a_closing_that_is_cancelled_closes_the_rest_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Owned()
    exchange = owning(transport, monkeypatch, storage=Stubborn(asyncio.CancelledError()))
    await exchange.open()
    with pytest.raises(asyncio.CancelledError):
        await exchange.close()
    assert transport.closed
    assert await sentence(CALLS["exchange"](exchange)) == CLOSED


def test_another_loop_does_not_close_it_while_its_own_lives(tmp_path: Path) -> None:
    exchange = on_disk(tmp_path)
    with another_loop() as first, another_loop() as second:
        first.run(exchange.open())
        assert second.run(sentence(exchange.close())) == OTHER_LOOP
        first.run(CALLS["link"](exchange))
        first.run(exchange.close())


@pytest.mark.threat(59)
def test_any_loop_closes_it_once_its_own_has_ended(tmp_path: Path) -> None:
    before = len(writers())
    exchange = on_disk(tmp_path)
    asyncio.run(exchange.open())
    assert len(writers()) == before + 1
    asyncio.run(exchange.close())
    assert len(writers()) == before
    asyncio.run(exchange.open())
    asyncio.run(exchange.close())


@pytest.mark.threat(59)
@pytest.mark.parametrize("ending", [ProviderUnavailable("the transport is closed"), RuntimeError("loop is closed")])
async def test_a_call_that_outlives_the_exchange_is_not_the_providers_fault(ending: Exception) -> None:
    asked, closed = asyncio.Event(), asyncio.Event()

    async def wait(_: Credential, __: VerifyContext) -> None:
        asked.set()
        await closed.wait()
        raise ending

    exchange = made(plugins=[Brings(acme_that(wait), Globex)])
    async with exchange:
        task = asyncio.create_task(exchange.verify("acme", ProviderToken.of("good-token")))
        await asked.wait()
    closed.set()
    assert await sentence(task) == CLOSED


async def test_an_outage_of_the_provider_is_one_while_the_exchange_is_open() -> None:
    async with bench() as wire:
        wire.provider.error = httpx.ConnectError("refused")
        with pytest.raises(ProviderUnavailable):
            await wire.exchange(good_request())


async def test_a_refusal_is_one_even_if_the_exchange_was_closed_meanwhile() -> None:
    async def close_and_refuse(exchange: Exchange) -> None:
        with exchange.engine.lifecycle.audited():
            await exchange.close()
            raise InvalidScope

    async with made() as exchange:
        with pytest.raises(InvalidScope):
            await close_and_refuse(exchange)
