"""What was kept of a user is not taken for true any more once the provider has told something of them."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.acme import Acme
from core.tests.bench import Bench
from core.tests.oauth.noticing import URL, tell, told
from core.tests.oauth.support import log_in, token_bench

from accredit import Credential, Verification, VerifyContext
from accredit.cache import MemoryCache, SharedCache
from accredit.exchange.outdated import Outdated

pytestmark = pytest.mark.threat(31)

LEFT = ("consent_revoked", "1000")
KEPT: Mapping[str, Any] = {
    "connections": {"acme": {"cache_s": 30}, "acme-game": {"cache_s": 60, "app_ids": ["acme-app"]}},
    "clients": {"app": {"connections": ["acme", "acme-game", "globex"]}},
}


class Shared(MemoryCache):
    """What many nodes might share."""

    async def find(self, key: bytes, *, wait_s: float) -> Verification | None:
        return await self.get(key)

    def release(self, key: bytes) -> None:
        return None


def asked(wire: Bench) -> int:
    return len(wire.provider.requests)


@pytest.mark.parametrize("make", [MemoryCache, Shared])
@pytest.mark.parametrize("kind", ["consent_revoked", "account_disabled", "credential_change_required"])
async def test_the_token_of_who_has_left_is_shown_to_the_provider_again(kind: str, make: type[MemoryCache]) -> None:
    cache = make(max_bytes=100_000)
    assert isinstance(cache, SharedCache) is (make is Shared)
    async with token_bench(KEPT, cache=cache) as wire:
        for _ in range(2):
            await log_in(wire)
        del wire.provider.people["good-token"]
        assert (await wire.post()).status_code == 200  # the price of keeping it
        assert asked(wire) == 1
        await tell(wire, (kind, "1000"), id="1")
        assert (await wire.post()).status_code == 401
        assert asked(wire) == 2


async def test_who_logs_in_after_the_notice_joins_no_question_from_before() -> None:
    may_answer, asks = asyncio.Event(), asyncio.Event()

    class Slow(Acme):
        async def verify(self, credential: Credential, ctx: VerifyContext) -> Verification:
            try:
                return await super().verify(credential, ctx)
            finally:
                asks.set()
                await may_answer.wait()

    async with token_bench(KEPT, acme=Slow) as wire:
        before = asyncio.create_task(wire.post())
        await asks.wait()
        del wire.provider.people["good-token"]
        await tell(wire, LEFT, id="1")
        asks.clear()
        after = [asyncio.create_task(wire.post()) for _ in range(3)]
        await asks.wait()
        may_answer.set()
        assert [(await one).status_code for one in after] == [401] * 3
        await before
        assert asked(wire) == 2


async def test_whatever_the_operator_wants_to_be_done_of_it() -> None:
    nothing = {"connections": {"acme": {"cache_s": 30, "notice_effects": []}}}
    async with token_bench(nothing) as wire:
        await log_in(wire)
        await tell(wire, LEFT, id="1")
        await log_in(wire)
        assert asked(wire) == 2


async def test_who_comes_back_is_asked_about_until_all_that_was_kept_has_ended() -> None:
    async with token_bench(KEPT) as wire:
        for name in ("acme", "acme-game"):  # both know the same users
            await log_in(wire, connection=name)
        await tell(wire, LEFT, id="1")
        for name in ("acme", "acme-game", "acme-game"):
            await log_in(wire, connection=name)
        assert asked(wire) == 5
        wire.clock.advance(59)
        await log_in(wire, connection="acme-game")
        assert asked(wire) == 6
        wire.clock.advance(1)
        await log_in(wire, connection="acme-game")
        assert asked(wire) == 6


@pytest.mark.parametrize("event", [("consent_revoked", "1001"), ("test", None), ("token_revoked", None)])
async def test_what_is_kept_of_others_stays(event: tuple[str, str | None]) -> None:
    async with token_bench(KEPT) as wire:
        await log_in(wire)
        await tell(wire, event, id="1")
        await log_in(wire)
        assert asked(wire) == 1


async def test_neither_a_forgery_nor_a_replay_makes_anybody_asked_about() -> None:
    async with token_bench(KEPT) as wire:
        await tell(wire, LEFT, id="1")
        wire.clock.advance(60)
        await log_in(wire)
        body, headers = told(LEFT, id="2")
        assert (await wire.client.post(URL, content=body + b" ", headers=headers)).status_code == 400
        assert (await tell(wire, LEFT, id="1")).status_code == 204
        await log_in(wire)
        assert asked(wire) == 1


def test_those_whose_time_has_passed_are_forgotten_with_the_next() -> None:
    now = 0.0
    outdated = Outdated(30, clock=lambda: now)
    outdated.add("acme", "1")
    now = 10
    outdated.add("acme", "2")
    outdated.add("acme", "1")  # anew: it ends last
    now = 39.9
    assert outdated.has("acme", "1")
    assert outdated.has("acme", "2")
    assert not outdated.has("globex", "1")
    now = 40
    assert not outdated.has("acme", "2")
    outdated.add("acme", "3")
    assert list(outdated.users) == [("acme", "3")]
