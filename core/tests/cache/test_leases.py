"""One node asks for all; where it does not find anything soon, nobody waits for it for long."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from core.tests.acme import ADA, Acme, acme_that
from core.tests.bench import Bench
from core.tests.cache.nodes import asked, node
from core.tests.valkey import Elsewhere, Valkey

from accredit import AppBound, Verification, VerifyContext
from accredit import errors as e
from accredit.cache.redis import verifications
from accredit.credentials import Credential

pytestmark = pytest.mark.slow
Server = Valkey | Elsewhere


def slow(come_to: Callable[[], Awaitable[None]]) -> type[Acme]:
    """Return a strategy that asks, waits for what a test says, and knows the user then."""

    async def verify(_: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get("https://api.acme.example/me", params={"access_token": "good-token"})
        await come_to()
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)

    return acme_that(verify)


async def forever() -> None:
    await asyncio.Event().wait()


async def begun(one: Bench) -> "asyncio.Task[int]":
    """Log in, and return as soon as the provider is asked."""
    task = asyncio.create_task(_status(one))
    while not asked(one):  # noqa: ASYNC110 - nobody can tell it
        await asyncio.sleep(0.001)
    return task


async def _status(one: Bench) -> int:
    return (await one.post()).status_code


async def test_others_wait_for_the_one_who_asks(valkey: Server) -> None:
    answer = asyncio.Event()

    async def answered() -> None:
        await answer.wait()

    async with node(valkey, acme=slow(answered)) as one, node(valkey) as other, node(valkey) as third:
        first = await begun(one)
        others = [asyncio.create_task(_status(which)) for which in (other, other, third)]
        await asyncio.sleep(0.05)
        answer.set()
        assert await asyncio.gather(first, *others) == [200] * 4
        assert (asked(one), asked(other), asked(third)) == (1, 0, 0)
        assert valkey.execute("KEYS", "*:asked") == []


@pytest.mark.parametrize("error", [e.InvalidProviderToken(), e.ProviderUnavailable()], ids=lambda error: error.reason)
async def test_where_it_finds_nothing_the_next_one_asks(valkey: Server, error: e.ExchangeError) -> None:
    go_on = asyncio.Event()

    async def failed() -> None:
        await go_on.wait()
        raise error

    async with node(valkey, acme=slow(failed)) as one, node(valkey) as other:
        first = await begun(one)
        second = asyncio.create_task(_status(other))
        await asyncio.sleep(0.05)
        assert asked(other) == 0
        go_on.set()
        assert [await first, await second] == [error.status, 200]
        assert [asked(one), asked(other)] == [1, 1]


async def test_a_caller_who_leaves_lets_the_next_node_ask(valkey: Server) -> None:
    async with node(valkey, acme=slow(forever)) as one, node(valkey) as other:
        first = await begun(one)
        first.cancel()
        await asyncio.wait([first])
        assert await _status(other) == 200
        await one.exchange.engine.close()
        assert valkey.execute("KEYS", "*:asked") == []


async def test_who_waits_in_vain_asks_for_himself(valkey: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifications, "PATIENCE_S", 0.1)
    answer = asyncio.Event()

    async def answered() -> None:
        await answer.wait()

    async with node(valkey, acme=slow(answered)) as one, node(valkey) as other:
        first = await begun(one)
        assert await _status(other) == 200
        assert asked(other) == 1
        answer.set()
        assert await first == 200


async def test_a_node_that_died_while_it_asked_is_waited_for_until_its_lease_ends(
    valkey: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifications, "LEASE_S", 0.2)
    async with node(valkey, acme=slow(forever)) as dead, node(valkey) as other, node(valkey) as third:
        first = await begun(dead)
        [lease] = valkey.execute("KEYS", "*:asked")
        assert 0 < valkey.execute("PTTL", lease) <= 200
        assert list(await asyncio.gather(_status(other), _status(third))) == [200, 200]
        assert asked(other) + asked(third) == 1
        first.cancel()
        await asyncio.wait([first])


async def test_nobody_takes_away_the_lease_of_another_node(valkey: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifications, "LEASE_S", 0.05)
    go_on = asyncio.Event()

    async def failed() -> None:
        await go_on.wait()
        raise e.ProviderUnavailable

    async with node(valkey, acme=slow(failed)) as late, node(valkey, acme=slow(forever)) as next_one:
        first = await begun(late)
        await asyncio.sleep(0.1)
        monkeypatch.setattr(verifications, "LEASE_S", 60)
        second = await begun(next_one)
        go_on.set()
        assert await first == 503
        await late.exchange.engine.close()
        assert len(valkey.execute("KEYS", "*:asked")) == 1
        second.cancel()
        await asyncio.wait([second])


def test_a_login_can_still_ask_for_itself_after_it_has_waited() -> None:
    assert verifications.PATIENCE_S <= verifications.LEASE_S
    assert verifications._SHARE_OF_TIME < 0.5
