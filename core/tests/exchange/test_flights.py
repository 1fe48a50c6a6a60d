"""Who asks the same at once: one call for all, and nobody's end is another one's."""

import asyncio
import gc
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from core.tests.acme import Acme, Brings, Provider
from core.tests.bench import Clock, ListLogger, Observer

from accredit import ProviderToken, Verification, Verifier
from accredit import errors as e
from accredit.cache import MemoryCache
from accredit.exchange.flights import Flight, Flights

TOKEN = ProviderToken.of("good-token")


class Slow(Provider):
    """Answers once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()

    async def handle_async_request(self, request: Any) -> Any:
        answered = await super().handle_async_request(request)
        await self.let.wait()
        return answered


def verifier(
    transport: Provider, clock: Clock, observer: Observer, *, acme: type[Acme] = Acme, **changes: Any
) -> Verifier:
    return Verifier(
        connections={"acme": {"app_ids": ["acme-app"]}},
        plugins=[Brings(acme), observer],
        transport=transport,
        clock=clock,
        monotonic=clock.monotonic,
        logger=ListLogger(),
        **changes,
    )


async def test_who_asks_at_once_asks_once() -> None:
    provider, observer = Slow(), Observer()
    async with verifier(provider, Clock(), observer) as door:
        asking = [asyncio.create_task(door.verify("acme", TOKEN)) for _ in range(64)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        provider.let.set()
        people = {identity.user_id for identity in await asyncio.gather(*asking)}
    assert people == {"1000"}
    assert len(provider.requests) == 1
    assert sorted(str(event.verified_by) for event in observer.events) == ["flight"] * 63 + ["provider"]


async def test_the_first_who_leaves_takes_nobody_along() -> None:
    provider = Slow()
    async with verifier(provider, Clock(), Observer()) as door:
        first, *others = (asyncio.create_task(door.verify("acme", TOKEN)) for _ in range(64))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.wait([first])
        provider.let.set()
        assert {(await other).user_id for other in others} == {"1000"}
    assert first.cancelled()
    assert len(provider.requests) == 2


async def test_when_the_last_one_has_left_nobody_is_asked_any_more() -> None:
    provider = Slow()
    async with verifier(provider, Clock(), Observer()) as door:
        tasks = [asyncio.create_task(door.verify("acme", TOKEN)) for _ in range(2)]
        await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        provider.let.set()
        assert (await door.verify("acme", TOKEN)).user_id == "1000"
    assert len(provider.requests) == 2


async def test_a_refusal_is_told_to_all_who_ask_at_once() -> None:
    provider, observer = Slow(), Observer()
    async with verifier(provider, Clock(), observer) as door:
        bad = ProviderToken.of("bad-token")
        asking = [asyncio.create_task(door.verify("acme", bad)) for _ in range(3)]
        await asyncio.sleep(0.01)
        provider.let.set()
        errors = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(error) for error in errors] == [e.InvalidProviderToken] * 3
    assert len({id(error) for error in errors}) == 3
    assert {str(error) for error in errors} == {"status 401"}
    assert len(provider.requests) == 1


@pytest.mark.threat(31)
async def test_what_is_forgotten_while_it_is_asked_is_not_kept() -> None:
    provider = Slow()
    async with verifier(provider, Clock(), Observer()) as door:
        early = asyncio.create_task(door.verify("acme", TOKEN))
        await asyncio.sleep(0.01)
        await door.forget("acme", TOKEN)
        late = asyncio.create_task(door.verify("acme", TOKEN))
        await asyncio.sleep(0.01)
        provider.people.clear()
        provider.let.set()
        await early
        await late
        with pytest.raises(e.InvalidProviderToken):
            await door.verify("acme", ProviderToken.of("good-token", nonce="x"))
    assert len(provider.requests) == 3


async def test_each_waits_for_as_long_as_his_own_deadline_lets_him() -> None:
    provider, observer = Slow(), Observer()
    async with verifier(provider, Clock(), observer, limits={"exchange_timeout_s": 0.3}) as door:
        first = asyncio.create_task(door.verify("acme", TOKEN))
        await asyncio.sleep(0.15)
        late = asyncio.create_task(door.verify("acme", TOKEN))
        with pytest.raises(e.ProviderUnavailable):
            await first
        provider.let.set()
        assert (await late).user_id == "1000"
        assert len(provider.requests) == 2
        provider.let.clear()
        await door.forget("acme", TOKEN)
        both = await asyncio.gather(*(door.verify("acme", TOKEN) for _ in range(2)), return_exceptions=True)
    assert [type(error) for error in both] == [e.ProviderUnavailable] * 2


async def test_whoever_waits_and_leaves_takes_nobody_along() -> None:
    provider = Slow()
    async with verifier(provider, Clock(), Observer()) as door:
        first, leaving, staying = (asyncio.create_task(door.verify("acme", TOKEN)) for _ in range(3))
        await asyncio.sleep(0.01)
        leaving.cancel()
        await asyncio.wait([leaving])
        provider.let.set()
        assert (await first).user_id == (await staying).user_id == "1000"
    assert leaving.cancelled()
    assert len(provider.requests) == 1


class Bans(Acme):
    """Of a provider that bans who repeats refused tokens."""

    refusals_cached_s: ClassVar[float] = 60


async def test_a_refusal_is_not_kept_of_what_was_forgotten_meanwhile() -> None:
    provider, bad = Slow(), ProviderToken.of("bad-token")
    async with verifier(provider, Clock(), Observer(), acme=Bans) as door:
        asking = asyncio.create_task(door.verify("acme", bad))
        await asyncio.sleep(0.01)
        await door.forget("acme", bad)
        provider.let.set()
        for refused in (asking, door.verify("acme", bad), door.verify("acme", bad)):
            with pytest.raises(e.InvalidProviderToken):
                await refused
    assert len(provider.requests) == 2


class Slower(MemoryCache):
    """Is asked to forget while it puts."""

    def __init__(self) -> None:
        super().__init__(max_bytes=1_000_000)
        self.putting, self.let = asyncio.Event(), asyncio.Event()

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        self.putting.set()
        await self.let.wait()
        await super().put(key, verification, ttl_s=ttl_s, size_bytes=size_bytes)


@pytest.mark.threat(31)
async def test_what_is_forgotten_while_it_is_put_is_not_kept() -> None:
    provider, cache = Provider(), Slower()
    async with verifier(provider, Clock(), Observer(), cache=cache) as door:
        asking = asyncio.create_task(door.verify("acme", TOKEN))
        await cache.putting.wait()
        await door.forget("acme", TOKEN)
        cache.let.set()
        await asking
    assert len(cache) == 0


@pytest.mark.threat(31)
async def test_a_verification_that_was_cancelled_or_refused_leaves_nothing_behind() -> None:
    provider, cache = Slow(), MemoryCache(max_bytes=1_000_000)
    async with verifier(provider, Clock(), Observer(), cache=cache) as door:
        tasks = [asyncio.create_task(door.verify("acme", ProviderToken.of(name))) for name in ("good-token", "bad")]
        await asyncio.sleep(0.01)
        tasks[0].cancel()
        provider.let.set()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(end) for end in ends] == [asyncio.CancelledError, e.InvalidProviderToken]
        assert door._providers.verifications._flights._flights == {}
        assert len(cache) == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_refusal_leaves_nothing_to_the_garbage_collector() -> None:
    """What it was made from is in its traceback: an attacker's tokens must not pile up until the collector comes."""
    flights: Flights[str] = Flights()

    async def refuse(flight: Flight[str]) -> None:
        with flight:
            await asyncio.sleep(0)
            raise e.InvalidProviderToken

    async def ask() -> None:
        flight = flights.get(b"key")
        with suppress(e.InvalidProviderToken):
            await (refuse(flights.begin(b"key")) if flight is None else flight.outcome())

    async def both() -> None:
        for task in [asyncio.create_task(ask()) for _ in range(2)]:
            await task

    await both()  # what is made only once
    gc.collect()
    gc.disable()
    try:
        await both()
        assert gc.collect() == 0
    finally:
        gc.enable()
