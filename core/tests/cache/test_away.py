"""What nodes share may be gone, slow, full or read-only: logins go on, and operators hear of it."""

import asyncio
import time
from typing import Any

import pytest
from core.tests.bench import Bench
from core.tests.cache.nodes import NEVER_S, TOKEN, asked, node, told
from core.tests.valkey import Valkey, running

from accredit import errors as e
from accredit.audit.readings import Reading
from accredit.cache.redis import line

pytestmark = pytest.mark.slow
LONG_S = 60.0
"""After so long a test that waits for something has failed."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for seconds until it is looked at again."""
    monkeypatch.setattr(line, "FIRST_REST_S", 0.02)
    monkeypatch.setattr(line, "LONGEST_REST_S", 0.05)


async def until_told(one: Bench, *names: str) -> None:
    """Wait until these are what operators have heard."""
    end = time.monotonic() + LONG_S
    while told(one) != list(names):
        assert time.monotonic() < end, told(one)
        await asyncio.sleep(0.01)


async def until_back(one: Bench) -> None:
    """Wait until it is found again."""
    end = time.monotonic() + LONG_S
    while one.exchange.engine.degraded:
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


def readings(one: Bench) -> dict[str, float]:
    found: list[Reading] = list(one.exchange.engine.readings())
    return {reading.name: reading.value for reading in found if reading.name.startswith("cache_")}


async def statuses(one: Bench) -> list[int]:
    """Log in twice, and ask whether it is ready."""
    answers = [await one.post(), await one.post(), await one.client.get("/readyz")]
    return [answer.status_code for answer in answers]


async def ready(one: Bench) -> Any:
    return (await one.client.get("/readyz")).json()


async def test_where_it_dies_each_node_goes_on_by_itself_and_they_share_again_when_it_is_back(
    own_valkey: Valkey,
) -> None:
    async with node(own_valkey) as one, node(own_valkey) as other:
        assert await statuses(one) == [200, 200, 200]
        assert await ready(one) == {"status": "ready"}
        own_valkey.kill()
        assert await statuses(one) == await statuses(other) == [200, 200, 200]
        assert (asked(one), asked(other)) == (2, 1)  # once more each: what they have heard is kept by each
        assert await ready(one) == {"status": "ready", "degraded": ["cache"]}
        assert readings(one) == {"cache_away": 1, "cache_failures": 1, "cache_values_rejected": 0}
        await until_told(one, "cache.away")
        await until_told(other, "cache.away")
        own_valkey.start()
        await until_told(one, "cache.away", "cache.back")
        await until_told(other, "cache.away", "cache.back")
        assert readings(one)["cache_away"] == 0
        assert await ready(one) == {"status": "ready"}
        assert await statuses(one) == await statuses(other) == [200, 200, 200]
        assert (asked(one), asked(other)) == (3, 1)  # of what each has heard by itself nothing is used any more


async def test_a_node_can_begin_without_it(own_valkey: Valkey) -> None:
    own_valkey.stop()
    async with node(own_valkey) as one:
        await until_told(one, "cache.away")
        assert await statuses(one) == [200, 200, 200]
        assert asked(one) == 1
        own_valkey.start()
        await until_told(one, "cache.away", "cache.back")
        [away, _] = [event for event in one.heard if event.name.startswith("cache.")]
        assert away.alert
        assert away.detail == f"127.0.0.1:{own_valkey.port}: the server cannot be reached: Connection refused"


async def test_one_that_hangs_keeps_a_login_waiting_once_and_then_nobody(own_valkey: Valkey) -> None:
    async with node(own_valkey, timeout_s=0.3) as one:
        await one.post()
        own_valkey.pause()
        began = time.monotonic()
        assert [(await one.post()).status_code for _ in range(100)] == [200] * 100
        assert time.monotonic() - began < 20  # a hundred times 0.3 would be 30, and each asks more than once
        assert readings(one)["cache_failures"] == 1
        assert asked(one) == 2
        own_valkey.resume()
        await one.post()


async def test_a_hiccup_is_no_alert(own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "FIRST_REST_S", 0.5)
    async with node(own_valkey, timeout_s=0.1) as one:
        own_valkey.pause()
        assert (await one.post()).status_code == 200
        own_valkey.resume()
        assert readings(one)["cache_away"] == 1
        await until_back(one)
        assert told(one) == []
        assert readings(one)["cache_failures"] == 1


async def test_one_that_is_full_is_away_until_it_has_room(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one:
        own_valkey.execute("CONFIG", "SET", "maxmemory-policy", "noeviction")
        own_valkey.execute("CONFIG", "SET", "maxmemory", "1")
        assert await statuses(one) == [200, 200, 200]
        await until_told(one, "cache.away")
        [away] = [event for event in one.heard if event.name == "cache.away"]
        assert away.detail == f"127.0.0.1:{own_valkey.port}: the server is full"
        own_valkey.execute("CONFIG", "SET", "maxmemory", "0")
        await until_told(one, "cache.away", "cache.back")


async def test_one_that_can_only_be_read_is_away_until_it_can_be_written(own_valkey: Valkey) -> None:
    with running() as primary:
        async with node(own_valkey) as one:
            own_valkey.execute("REPLICAOF", "127.0.0.1", primary.port)
            assert await statuses(one) == [200, 200, 200]
            await until_told(one, "cache.away")
            own_valkey.execute("REPLICAOF", "NO", "ONE")
            await until_told(one, "cache.away", "cache.back")


async def test_a_restart_is_survived(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one:
        for _ in range(3):
            assert await statuses(one) == [200, 200, 200]
            own_valkey.restart()
        assert (await one.post()).status_code == 200


async def test_what_cannot_be_forgotten_everywhere_is_told_to_who_wants_it(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one:
        await one.post()
        own_valkey.kill()
        with pytest.raises(e.StorageFailed):
            await one.exchange.forget("acme", TOKEN)
        await one.post()
        with pytest.raises(e.StorageFailed):
            await one.exchange.forget("acme", TOKEN)
        await one.post()
        assert asked(one) == 3  # here it was forgotten


async def test_what_was_kept_in_an_earlier_outage_is_not_used_in_the_next(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one, node(own_valkey) as other:
        own_valkey.kill()
        await one.post()
        own_valkey.start()
        await until_back(one)
        await other.exchange.forget("acme", TOKEN)
        own_valkey.kill()
        await one.post()
        assert asked(one) == 2


async def test_many_logins_at_once_go_by_one_connection(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one:
        answers = await asyncio.gather(*(one.post(nonce=str(number)) for number in range(300)))
        assert len({answer.status_code for answer in answers}) == 1
        clients = own_valkey.execute("INFO", "clients")
        assert clients["connected_clients"] <= 2  # and the one that asks this


async def test_a_caller_who_leaves_leaves_the_others_their_answers(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one:
        await one.post()
        own_valkey.pause()
        calls = [asyncio.create_task(one.post()) for _ in range(5)]
        await asyncio.sleep(0.05)
        calls[0].cancel()
        own_valkey.resume()
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert isinstance(answers[0], asyncio.CancelledError)
        assert [answer.status_code for answer in answers[1:] if not isinstance(answer, BaseException)] == [200] * 4
        assert readings(one)["cache_failures"] == 0


async def test_it_is_closed_with_what_is_under_way(own_valkey: Valkey) -> None:
    async with node(own_valkey, timeout_s=NEVER_S) as one:
        own_valkey.pause()
        asking = asyncio.create_task(one.exchange.engine.limits.admit_subject("a"))
        await asyncio.sleep(0.05)
        await one.exchange.close()
        await asking
        own_valkey.resume()


async def test_it_can_be_opened_again(own_valkey: Valkey) -> None:
    async with node(own_valkey) as one:
        await one.exchange.close()
        assert readings(one)["cache_away"] == 1
        await one.exchange.open()
        assert await statuses(one) == [200, 200, 200]
        assert one.exchange.engine.degraded == ()


async def test_a_batch_that_is_larger_than_one_answer_may_be_goes_in_parts(
    own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_MOST_AT_ONCE", 3)
    async with node(own_valkey) as one:
        answers = await asyncio.gather(*(one.post(nonce=str(number)) for number in range(20)))
        assert len({answer.status_code for answer in answers}) == 1
        assert one.exchange.engine.degraded == ()


async def test_a_process_that_is_late_itself_does_not_blame_the_server(own_valkey: Valkey) -> None:
    async with node(own_valkey, timeout_s=0.2) as one:
        await one.post()
        for _ in range(5):
            asking = asyncio.create_task(one.post())
            for _ in range(12):  # until it has asked
                await asyncio.sleep(0)
            time.sleep(0.4)  # noqa: ASYNC251 - it is busy
            assert (await asking).status_code == 200
        assert readings(one)["cache_failures"] == 0
