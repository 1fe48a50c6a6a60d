"""A node whose provider is down tells the others, which are more careful then; nobody is refused for it."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest
from core.tests.acme import Acme, Brings, Globex, Provider
from core.tests.bench import SETTINGS, Bench, ListLogger, merged, signing_key
from core.tests.cache.nodes import ANY_TOKEN, node, sharing, told
from core.tests.valkey import Elsewhere, Valkey

from accredit import Exchange, Settings
from accredit.cache.redis import hints
from accredit.keys import SigningKeys
from accredit.provider.bounds.breaker import Breaker
from accredit.storage import MemoryStorage

pytestmark = pytest.mark.slow
Server = Valkey | Elsewhere
LONG_S = 60.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for seconds until the next round."""
    monkeypatch.setattr(hints, "EVERY_S", 0.02)


def breaker(one: Bench) -> Breaker:
    return one.exchange.engine.providers.bounds["acme"].breaker


def open_it(one: Bench) -> None:
    """Let a node find out that its provider is down."""
    its = breaker(one)
    for _ in range(5):
        its.leave(its.enter(), "outage")
    assert its.is_open


async def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + LONG_S
    while not is_so():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


def rounds(server: Server) -> int:
    """Return how often a node has heard what there is."""
    told: dict[str, Any] = server.execute("INFO", "commandstats").get("cmdstat_getrange", {"calls": 0})
    return int(told["calls"]) // 3  # connections


async def a_few_rounds(server: Server) -> None:
    before = rounds(server)
    await until(lambda: rounds(server) >= before + 6)


async def test_one_outage_is_enough_where_another_node_has_had_five(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey) as other:
        open_it(one)
        await until(lambda: breaker(other).is_warned)
        assert not breaker(one).is_warned  # by itself
        assert (await other.post()).status_code == 200
        assert breaker(other).state == "closed"
        its = breaker(other)
        its.leave(its.enter(), "outage")
        assert its.is_open
        assert told(other) == []


def test_processes_that_were_forked_from_one_warn_each_other(valkey: Server) -> None:
    exchange = Exchange(
        Settings.model_validate(merged(SETTINGS, sharing(valkey.url))),
        plugins=[Brings(Acme, Globex)],
        transport=Provider(),
        storage=MemoryStorage(),
        keys=SigningKeys([signing_key()]),
        logger=ListLogger(),
    )
    its = exchange.engine.providers.bounds["acme"].breaker

    async def find_out() -> None:
        async with exchange:
            for _ in range(5):
                its.leave(its.enter(), "outage")
            await asyncio.sleep(LONG_S)

    async def hear_of_it() -> None:
        async with exchange:
            await until(lambda: its.is_warned)

    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(find_out())
        finally:
            os._exit(0)
    try:
        asyncio.run(hear_of_it())
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


async def test_it_is_over_some_seconds_after_the_provider_is_back(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey) as other:
        open_it(one)
        await until(lambda: breaker(other).is_warned)
        one.clock.advance(2)
        breaker(one).leave(breaker(one).enter(), "answered")
        assert not breaker(one).is_open
        await a_few_rounds(valkey)
        other.clock.advance(hints.HINT_S + 1)
        assert not breaker(other).is_warned
        await a_few_rounds(valkey)
        assert not breaker(other).is_warned  # what is still there has had its time


async def test_a_node_with_other_settings_is_not_warned(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey, {"connections": {"acme": {"trust_email": True}}}) as other:
        open_it(one)
        await a_few_rounds(valkey)
        assert not breaker(other).is_warned


@pytest.mark.parametrize("how", ["made up", "changed", "of another connection"])
async def test_nobody_else_can_warn(valkey: Server, how: str) -> None:
    async with node(valkey, acme=ANY_TOKEN) as one, node(valkey) as other:
        open_it(one)
        await until(lambda: valkey.execute("KEYS", "accredit:{hints}:*"))
        [key] = valkey.execute("KEYS", "accredit:{hints}:*")
        value = valkey.execute("GET", key)
        breaker(one).state = "closed"
        names = other.exchange.engine._shared._hints._keys  # type: ignore[union-attr]  # it shares
        written = {"made up": b"a b", "changed": value[:-1] + b"a", "of another connection": value}
        name = names[1] if how == "of another connection" else names[0]
        await a_few_rounds(valkey)
        valkey.execute("DEL", key)
        await a_few_rounds(valkey)
        breaker(other)._warned_until = 0
        valkey.execute("SET", name, written[how])
        await until(lambda: "cache.value_rejected" in told(other))
        bounds = other.exchange.engine.providers.bounds
        assert not any(one.breaker.is_warned for one in bounds.values())


async def test_while_there_is_nobody_to_tell_each_goes_on_by_itself(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one:
        own_valkey.kill()
        await one.post()
        open_it(one)
        await asyncio.sleep(0.1)
        own_valkey.start()
        await until(lambda: own_valkey.execute("KEYS", "accredit:{hints}:*"))


async def test_a_node_without_connections_has_nothing_to_tell(valkey: Server) -> None:
    settings = Settings.model_validate({"issuer": "https://a.example/", "cache": sharing(valkey.url)["cache"]})
    async with Exchange(settings, storage=MemoryStorage(), keys=SigningKeys([signing_key()])) as exchange:
        before = rounds(valkey)
        await asyncio.sleep(0.1)
        assert rounds(valkey) == before
        assert exchange.engine.degraded == ()
