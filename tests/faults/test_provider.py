"""A provider's bad day is the provider's: the others' logins go on, and nothing of it stays."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faults.moody import BAD_MOODS, Moody, descriptors, login, serving
from tests.faults.servers import LONG_S, Answer, Client

pytestmark = pytest.mark.slow

MOST_CONNECTIONS = 30
LIMITS = {"provider_timeout_s": 0.5, "exchange_timeout_s": 1.0, "provider_max_connections": MOST_CONNECTIONS}
UNAVAILABLE = (503, "temporarily_unavailable")


async def log_in(port: int, connection: str, mood: str, number: int) -> Answer:
    client = Client(port)
    try:
        return await client.log_in(login(connection, mood, number))
    finally:
        client.leave()


def face(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.body.get("error", "")


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONG_S):
        while not is_so():  # noqa: ASYNC110 - another process makes it so, and tells nobody
            await asyncio.sleep(0.05)


async def test_while_one_provider_hangs_the_others_logins_go_on(tmp_path: Path) -> None:
    async with Moody() as steady, Moody() as moody:
        connections = {"steady": steady, "moody": moody}
        with serving(tmp_path, connections, **LIMITS, breaker_outages=0) as running:
            assert (await log_in(running.port, "steady", "good", 0)).status == 200
            before = descriptors(running.pid)
            most, hanging = 0, [asyncio.create_task(log_in(running.port, "moody", "hang", one)) for one in range(150)]
            await asyncio.sleep(0.1)
            users = [Client(running.port) for _ in range(4)]
            for number in range(25):
                answers = await asyncio.gather(
                    *(user.log_in(login("steady", "good", 1 + 4 * number + one)) for one, user in enumerate(users))
                )
                assert [answer.status for answer in answers] == [200] * 4
                most = max(most, descriptors(running.pid))
            for user in users:
                user.leave()
            assert {face(answer) for answer in await asyncio.gather(*hanging)} == {UNAVAILABLE}
            assert most <= before + len(hanging) + MOST_CONNECTIONS + len(users) + steady.most_open
            await until(lambda: moody.open == 0)
            await until(lambda: descriptors(running.pid) <= before + steady.open)  # which are kept for the next ones
    assert "Traceback" not in running.errors


async def test_a_burst_of_failures_is_503_each_and_leaves_nothing(tmp_path: Path) -> None:
    async with Moody() as moody:
        with serving(tmp_path, {"moody": moody}, **LIMITS, breaker_outages=0) as running:
            assert (await log_in(running.port, "moody", "good", 0)).status == 200
            before = descriptors(running.pid) - moody.open
            for burst, mood in enumerate(BAD_MOODS):
                numbers = range(burst * 100 + 1, burst * 100 + 41)
                answers = await asyncio.gather(*(log_in(running.port, "moody", mood, number) for number in numbers))
                assert {face(answer) for answer in answers} == {UNAVAILABLE}, mood
                assert (await log_in(running.port, "moody", "good", burst + 1)).status == 200
            await until(lambda: descriptors(running.pid) <= before + moody.open)
    assert "Traceback" not in running.errors


async def test_a_provider_that_is_back_is_noticed(tmp_path: Path) -> None:
    async with Moody() as moody:
        with serving(tmp_path, {"moody": moody}, **LIMITS, breaker_outages=3, provider_retries=0) as running:
            for number in range(10):
                assert face(await log_in(running.port, "moody", "down", number)) == UNAVAILABLE
            assert moody.calls < 2 * 10  # two for each login that asks
            end = time.monotonic() + LONG_S
            while (await log_in(running.port, "moody", "good", 1)).status != 200:
                assert time.monotonic() < end
                await asyncio.sleep(0.1)
            answers = await asyncio.gather(*(log_in(running.port, "moody", "good", one) for one in range(2, 12)))
            assert [answer.status for answer in answers] == [200] * 10


async def test_a_thousand_idle_connections_keep_two_hundred_active_ones_from_nothing(tmp_path: Path) -> None:
    async with Moody() as steady:
        with serving(tmp_path, {"steady": steady}) as running:
            idle = [Client(running.port) for _ in range(1000)]
            for client in idle:
                await client.connect()
            active = [Client(running.port) for _ in range(200)]
            for _ in range(2):
                answers = await asyncio.gather(
                    *(client.log_in(login("steady", "good", number)) for number, client in enumerate(active))
                )
                assert [answer.status for answer in answers] == [200] * 200
            late = await asyncio.gather(*(client.log_in(login("steady", "good", 7)) for client in idle[::100]))
            assert [answer.status for answer in late] == [200] * 10
            for client in (*idle, *active):
                client.leave()
            await until(lambda: descriptors(running.pid) <= 50 + steady.open)
