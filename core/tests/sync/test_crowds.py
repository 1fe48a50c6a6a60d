"""Many callers at once: threads, event loops, and both."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from core.tests.acme import Acme
from core.tests.sync.doors import adoorstep, doorstep

from accredit import AppBound, ProviderToken, Verification, VerifyContext
from accredit.credentials import Credential
from accredit.sync import run_in_caller

THREADS = 16


class Named(Acme):
    """The token names its user, and each answer takes its turn."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        user = token.reveal()
        for _ in range(int(user) % 3):
            await asyncio.sleep(0)
        return Verification(user_id=user, audience=AppBound("acme-app"), claims={"name": f"User {user}"})


def in_threads(function: Callable[[int], Any], numbers: range) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(function, numbers))


@pytest.mark.slow
def test_sixteen_threads_mix_up_none_of_ten_thousand_identities() -> None:
    with doorstep(acme=Named) as step:

        def user_of(number: int) -> tuple[str, str | None]:
            identity = step.exchange.verify("acme", ProviderToken.of(str(number)))
            return identity.user_id, identity.profile.name

        found = in_threads(user_of, range(1, 10_001))
    assert found == [(str(number), f"User {number}") for number in range(1, 10_001)]
    assert len(step.heard) == 10_000


def test_each_caller_runs_its_own_functions() -> None:
    here = threading.local()
    with doorstep() as step:

        def own(number: int) -> bool:
            here.number = number

            async def ask() -> list[int]:
                return [await run_in_caller(lambda: here.number) for _ in range(3)]

            return step.exchange.run(ask) == [number] * 3

        assert in_threads(own, range(500)) == [True] * 500


async def test_many_event_loops_share_one_door_with_threads() -> None:
    async with adoorstep(acme=Named) as step:

        async def ask(number: int) -> str:
            return (await step.exchange.averify("acme", ProviderToken.of(str(number)))).user_id

        async def ask_all(first: int) -> list[str]:
            return list(await asyncio.gather(*(ask(number) for number in range(first, first + 100))))

        others = [asyncio.to_thread(asyncio.run, ask_all(first)) for first in (100, 200, 300)]
        found = await asyncio.gather(ask_all(400), *others)
    assert found == [[str(n) for n in range(first, first + 100)] for first in (400, 100, 200, 300)]


async def test_a_task_that_is_cancelled_cancels_what_it_asked_for() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def hang() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with adoorstep() as step:
        task = asyncio.create_task(step.exchange.arun(hang))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(ended.wait, 10)


async def test_one_that_gives_up_while_it_is_opened_takes_it_from_nobody() -> None:
    async with adoorstep() as step:
        first = asyncio.create_task(step.exchange.averify("acme", ProviderToken.of("good-token")))
        second = asyncio.create_task(step.exchange.averify("acme", ProviderToken.of("good-token")))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).user_id == "1000"
        with pytest.raises(asyncio.CancelledError):
            await first


def test_a_caller_whose_event_loop_has_ended_is_forgotten() -> None:
    ended = threading.Event()

    async def leave() -> None:
        async def hang() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()

        task = asyncio.create_task(step.exchange.arun(hang))
        await asyncio.sleep(0.05)
        assert not task.done()  # `asyncio.run` cancels it

    with doorstep() as step:
        asyncio.run(leave())
        assert ended.wait(10)
