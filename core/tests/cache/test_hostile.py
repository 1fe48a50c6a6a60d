"""Whoever can write to the server, without the key, costs nobody a login, a limit or much memory."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from core.tests.bench import Bench, bench, merged
from core.tests.cache.nodes import ANY_TOKEN, TOKEN, asked, node, sharing, told
from core.tests.limits.callers import TOO_MANY_ATTEMPTS, At
from core.tests.valkey import Elsewhere, Valkey

from accredit.cache.redis import hints, line
from accredit.cache.redis.line import Spoilt
from accredit.cache.redis.state import SharedState

pytestmark = pytest.mark.slow
Server = Valkey | Elsewhere
LARGE = b"x" * 1_000_000
LIMITS = {"limits": {"failed_attempts": "2/minute", "failed_attempts_by_token": "off", "client": "100/minute"}}


def shared(one: Bench) -> SharedState:
    found = one.exchange.engine._shared
    assert found is not None
    return found


async def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


def answers_of(one: Bench, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that all answers of the server will be in."""
    its, heard = shared(one)._line, list[Any]()
    send = its._send

    async def noting(*asked: Any) -> list[Any]:
        answers = await send(*asked)
        heard.extend(answers)
        return answers

    monkeypatch.setattr(its, "_send", noting)
    return heard


async def the_value(server: Server, one: Bench) -> bytes:
    """Let a node keep what its provider says, and return the name under which it is."""
    await one.post()
    [key] = [key for key in server.execute("KEYS", "accredit:v:*") if key.endswith(b"}")]
    name: bytes = key
    return name


async def test_of_a_large_value_no_more_is_read_than_one_of_ours_may_have(
    valkey: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node(valkey) as one:
        valkey.execute("SET", await the_value(valkey, one), LARGE)
        heard = answers_of(one, monkeypatch)
        assert (await one.post()).status_code == 200
        await shared(one).verifications.get(b"a")
        assert max(len(answer) for answer in heard if isinstance(answer, bytes)) == 65_537
        assert [event.verified_by for event in one.events] == ["provider", "provider"]
        assert told(one) == ["cache.value_rejected"]


async def test_of_a_large_hint_no_more_is_read_than_one_of_ours_has(
    valkey: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node(valkey) as one:
        telling = shared(one)._hints
        assert telling is not None
        valkey.execute("SET", telling._keys[0], LARGE)
        valkey.execute("LPUSH", telling._keys[1], "a")
        heard = answers_of(one, monkeypatch)
        await telling.exchange()
        assert [len(hint) for hint in heard[-1]] == [256, 0, 0]
        assert told(one) == ["cache.value_rejected"]
        assert one.exchange.engine.degraded == ()


@pytest.mark.threat(31)
async def test_what_was_forgotten_after_an_outage_does_not_come_back_where_its_value_is_spoilt(
    own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "FIRST_REST_S", 0.02)
    monkeypatch.setattr(line, "LONGEST_REST_S", 0.05)
    async with node(own_valkey) as one, node(own_valkey) as other:
        key = await the_value(own_valkey, one)
        own_valkey.kill()
        await one.post()  # and keeps what it hears in its own memory
        own_valkey.start()
        await until(lambda: not one.exchange.engine.degraded and not other.exchange.engine.degraded)
        await other.exchange.forget("acme", TOKEN)
        own_valkey.execute("DEL", key)
        own_valkey.execute("LPUSH", key, "a")
        one.events.clear()
        assert (await one.post()).status_code == 200
        assert [event.verified_by for event in one.events] == ["provider"]


@pytest.mark.threat(31)
async def test_where_the_lease_is_spoilt_what_the_provider_says_is_not_kept_by_one_node_alone(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey) as other:
        key = await the_value(valkey, one)
        valkey.execute("DEL", key)
        valkey.execute("LPUSH", key + b":asked", "a")
        assert (await one.post()).status_code == 200
        await other.exchange.forget("acme", TOKEN)
        valkey.execute("LPUSH", key, "a")
        assert (await one.post()).status_code == 200
        assert [event.verified_by for event in one.events] == ["provider"] * 3
        assert one.exchange.engine.degraded == ()


@pytest.mark.threat(31)
@pytest.mark.parametrize("written", [b"{}", b"another form", json.dumps({"user_id": "1000"}).encode()])
async def test_what_a_node_with_another_version_has_written_is_asked_for_anew(
    valkey: Server, monkeypatch: pytest.MonkeyPatch, written: bytes
) -> None:
    async with node(valkey) as one:
        seals, sealed = shared(one)._seals, list[bytes]()
        seal = seals.seal

        def sealing(what: bytes, _: bytes) -> bytes:
            sealed.append(seal(what, written))
            return b""

        monkeypatch.setattr(seals, "seal", sealing)
        await one.post()
        monkeypatch.undo()
        valkey.execute("SET", await the_value(valkey, one), sealed[0], "PX", 60_000)
        assert (await one.post()).status_code == 200
        assert asked(one) == 3
        assert told(one) == []


async def test_a_hint_of_a_node_with_another_version_leaves_the_others_heard(
    valkey: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "EVERY_S", 0.02)
    async with node(valkey, acme=ANY_TOKEN) as one, node(valkey) as other:
        telling = shared(other)._hints
        assert telling is not None
        what, _ = telling._listeners[1]
        valkey.execute("SET", telling._keys[1], shared(other)._seals.seal(what, b"in other words, of later"))
        await asyncio.sleep(0.2)
        breaker = one.exchange.engine.providers.bounds["acme"].breaker
        for _ in range(5):
            breaker.leave(breaker.enter(), "outage")
        await until(lambda: other.exchange.engine.providers.bounds["acme"].breaker.is_warned)
        assert told(other) == []


@pytest.mark.threat(17)
async def test_counters_that_are_no_numbers_are_counted_by_each_node_and_take_away_nothing_else(valkey: Server) -> None:
    async with bench(merged(sharing(valkey.url), LIMITS)) as one:
        await At(one).log_in(access_token="wrong")
        for key in valkey.execute("KEYS", "accredit:{limits}:*"):
            valkey.execute("SET", key, b"a")
        for _ in range(2):
            assert (await At(one).log_in(access_token="wrong")).status_code == 401
        assert (await At(one).log_in()).json() == TOO_MANY_ATTEMPTS
        assert one.exchange.engine.degraded == ()
        assert failures(one) == 0


@pytest.mark.parametrize("written", [b"a", b"9223372036854775807"])
async def test_a_counter_that_cannot_be_counted_takes_away_nothing_else(valkey: Server, written: bytes) -> None:
    async with node(valkey) as one:
        windows = shared(one).windows
        valkey.execute("SET", windows._name("a"), written)
        with pytest.raises(Spoilt):
            await windows.add([("a", 60)])
        with pytest.raises(Spoilt):
            await windows.reached([], [("a", 1, 60)])
        assert failures(one) == 0


@pytest.mark.threat(17)
@pytest.mark.parametrize("left_ms", [0, 10**12])
async def test_a_counter_that_somebody_has_set_locks_nobody_out_for_longer_than_its_window(
    valkey: Server, left_ms: int
) -> None:
    async with node(valkey) as one:
        windows = shared(one).windows
        for looks, counted in (([("a", 2, 60)], []), ([], [("a", 2, 60)])):
            valkey.execute("SET", windows._name("a"), "1000", *(("PX", left_ms) if left_ms else ()))
            assert await windows.reached(looks, counted) == 0
            assert 50_000 < valkey.execute("PTTL", windows._name("a")) <= 60_000
        valkey.execute("SET", windows._name("a"), "1000", *(("PX", left_ms) if left_ms else ()))
        await windows.add([("a", 60)])
        assert 50 < await windows.left_s("a") <= 60


def failures(one: Bench) -> float:
    """Return how often the server was taken for gone."""
    [found] = [reading.value for reading in one.exchange.engine.readings() if reading.name == "cache_failures"]
    return found
