"""What a provider has said is said again, for a while, and to nobody whom it was not said of."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.acme import ADA, Acme, Brings, Provider, acme_that
from core.tests.bench import NOW, Bench, Clock, ListLogger, Observer, bench

from accredit import AppBound, ProviderToken, Verification, Verifier, VerifyContext
from accredit import errors as e
from accredit.cache import MemoryCache

TOKEN = ProviderToken.of("good-token")
CACHED: Mapping[str, Any] = {
    "connections": {name: {"cache_s": 30} for name in ("acme", "acme-game", "globex")},
    "clients": {"app": {"connections": ["acme", "globex", "acme-game"]}},
}


def ending(expires_at: int) -> type[Acme]:
    async def verify(_: ProviderToken, ctx: VerifyContext) -> Verification:
        await ctx.http.get("https://api.acme.example/me", params={"access_token": "good-token"})
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA, expires_at=expires_at)

    return acme_that(verify)


class Slow(Provider):
    """Answers once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = asyncio.Event()

    async def handle_async_request(self, request: Any) -> Any:
        answered = await super().handle_async_request(request)
        await self.let.wait()
        return answered


def verifier(transport: Provider, clock: Clock, observer: Observer, **connection: Any) -> Verifier:
    return Verifier(
        connections={"acme": {"app_ids": ["acme-app"], "cache_s": 30, **connection}},
        plugins=[Brings(Acme), observer],
        transport=transport,
        clock=clock,
        monotonic=clock.monotonic,
        logger=ListLogger(),
    )


def asked(wire: Bench) -> int:
    return len(wire.provider.requests)


@pytest.mark.threat(31)
async def test_the_same_token_again_asks_nobody_while_it_is_kept() -> None:
    async with bench(CACHED) as wire:
        for _ in range(2):
            assert (await wire.post()).status_code == 200
            wire.clock.advance(29)
        assert asked(wire) == 1
        wire.clock.advance(2)
        assert (await wire.post()).status_code == 200
        assert asked(wire) == 2
        assert [event.verified_by for event in wire.events] == ["provider", "cache", "provider"]
        assert [len(event.calls) for event in wire.events] == [1, 0, 1]


async def test_it_is_kept_for_30_seconds_unless_the_operator_says_otherwise() -> None:
    assert Acme.settings_type.model_fields["cache_s"].default == 30


async def test_with_0_the_provider_is_asked_each_time() -> None:
    async with bench({"connections": {"acme": {"cache_s": 0}}}) as wire:
        answers = await asyncio.gather(wire.post(), wire.post())
        assert [answer.status_code for answer in answers] == [200, 200]
        assert asked(wire) == 2


@pytest.mark.threat(31)
@pytest.mark.parametrize("left_s", [1, 10])
async def test_it_is_not_kept_beyond_the_tokens_end(left_s: int) -> None:
    async with bench(CACHED, acme=ending(NOW + left_s)) as wire:
        assert (await wire.post()).status_code == 200
        wire.clock.advance(left_s - 0.5)
        assert (await wire.post()).status_code == 200
        assert asked(wire) == 1
        wire.clock.advance(0.5)
        assert (await wire.post()).status_code == 401
        assert asked(wire) == 2


async def test_a_clock_that_is_put_forward_ends_it_too() -> None:
    async with bench(CACHED, acme=ending(NOW + 10)) as wire:
        await wire.post()
        wire.clock.now += 10
        assert (await wire.post()).status_code == 401
        assert asked(wire) == 2


@pytest.mark.threat(31)
@pytest.mark.parametrize(
    "other",
    [
        {"access_token": "good-token "},
        {"access_token": "Good-token"},
        {"access_token": "good-toke"},
        {"nonce": "n"},
        {"access_token_secret": "s"},
        {"connection": "acme-game", "client_id": "other"},
    ],
    ids=str,
)
async def test_it_is_said_of_that_token_alone(other: Mapping[str, str]) -> None:
    async with bench(CACHED) as wire:
        await wire.post()
        await wire.post(**other)
        assert asked(wire) == 2


@pytest.mark.threat(31)
async def test_parts_cannot_be_shifted_from_one_to_the_next() -> None:
    async with bench(CACHED) as wire:
        for token, secret in (("ab", "c"), ("a", "bc"), ("abc", ""), ("ab", "c=")):
            await wire.post(connection="globex", access_token=token, access_token_secret=secret)
        assert asked(wire) == len({request.content for request in wire.provider.requests})


@pytest.mark.threat(31)
async def test_audience_and_hint_are_looked_at_each_time() -> None:
    async with bench(CACHED) as wire:
        assert (await wire.post(user_id="1000")).status_code == 200
        assert (await wire.post(user_id="1001")).status_code == 401
        for _ in range(2):
            assert (await wire.post(access_token="foreign-token")).status_code == 401
        assert [event.reason for event in wire.events[1:]] == ["wrong_audience"] * 3
        assert asked(wire) == 2


async def test_refusals_and_failures_are_not_kept() -> None:
    async with bench(CACHED) as wire:
        for _ in range(2):
            assert (await wire.post(access_token="bad-token")).status_code == 401
        wire.provider.error = OSError()
        assert (await wire.post()).status_code == 503
        wire.provider.error = None
        assert (await wire.post()).status_code == 200
        assert asked(wire) == 4


@pytest.mark.threat(31)
async def test_it_can_be_forgotten() -> None:
    async with bench(CACHED) as wire:
        await wire.post()
        await wire.exchange.forget("acme", TOKEN)
        await wire.exchange.forget("acme", ProviderToken.of("never-seen"))
        wire.provider.people.clear()
        assert (await wire.post()).status_code == 401


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


class Broken(MemoryCache):
    async def get(self, key: bytes) -> Verification | None:
        raise OSError("secret")

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        raise OSError("secret")

    async def forget(self, key: bytes) -> None:
        raise OSError("secret")


async def test_a_cache_that_fails_is_told_and_keeps_nobody_out() -> None:
    async with bench(CACHED, cache=Broken(max_bytes=1)) as wire:
        for _ in range(2):
            assert (await wire.post()).status_code == 200
        assert asked(wire) == 2
        with pytest.raises(e.StorageFailed) as failure:
            await wire.exchange.forget("acme", TOKEN)
        assert "secret" not in str(failure.value)
        told = [line for level, line in wire.log.events() if line["event"] == "cache.failed"]
        assert len(told) == 1
        assert "secret" not in str(told)
        wire.clock.advance(60)
        assert (await wire.post()).status_code == 200
        assert len([line for _, line in wire.log.events() if line["event"] == "cache.failed"]) == 2
