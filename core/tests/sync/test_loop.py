"""The event loop of the loop thread, and its workers."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from core.tests.sync.doors import make

from accredit import ConfigurationError
from accredit.sync.loop import MOST_WORKERS, Loop
from accredit.sync.loop_thread import loop_thread
from accredit.sync.waiting import wait_for


@pytest.fixture
def loop() -> Iterator[Loop]:
    one = Loop()
    yield one
    one.close()


def test_workers_are_daemons_and_used_again(loop: Loop) -> None:
    async def ask() -> list[threading.Thread]:
        return [await asyncio.to_thread(threading.current_thread) for _ in range(5)]

    threads = loop.run_until_complete(ask())
    assert len(set(threads)) == 1
    assert threads[0].daemon


def test_there_are_no_more_than_so_many(loop: Loop) -> None:
    everybody = threading.Event()

    async def ask() -> set[str]:
        waiting = [asyncio.to_thread(lambda: (everybody.wait(10), threading.current_thread().name)) for _ in range(80)]
        tasks = [asyncio.ensure_future(one) for one in waiting]
        await asyncio.sleep(0.05)
        everybody.set()
        return {name for _, name in await asyncio.gather(*tasks)}

    assert len(loop.run_until_complete(ask())) <= MOST_WORKERS


def test_what_ends_a_thread_ends_no_worker(loop: Loop) -> None:
    async def ask() -> str:
        with pytest.raises(asyncio.CancelledError):
            await asyncio.to_thread(sys.exit)
        return await asyncio.to_thread(lambda: threading.current_thread().name)

    assert loop.run_until_complete(ask()) == "accredit-worker-0"


def test_an_executor_that_is_given_is_used(loop: Loop) -> None:
    with ThreadPoolExecutor(1, thread_name_prefix="theirs") as executor:

        async def ask() -> str:
            thread = await loop.run_in_executor(executor, threading.current_thread)
            return str(thread.name)

        assert loop.run_until_complete(ask()).startswith("theirs")


def test_what_waits_for_a_worker_and_is_given_up_never_begins(loop: Loop) -> None:
    begun: list[int] = []

    async def ask() -> None:
        free = threading.Event()
        busy = [asyncio.ensure_future(asyncio.to_thread(free.wait, 10)) for _ in range(MOST_WORKERS)]
        waiting = asyncio.ensure_future(asyncio.to_thread(begun.append, 1))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait([waiting])
        free.set()
        await asyncio.gather(*busy)
        await asyncio.to_thread(int)

    loop.run_until_complete(ask())
    assert begun == []


def test_a_task_that_exits_does_not_end_the_thread_for_everybody() -> None:
    async def leave() -> None:
        asyncio.get_running_loop().call_soon(sys.exit)
        await asyncio.sleep(0.01)

    async def ask() -> str:
        return threading.current_thread().name

    loop = loop_thread().loop()
    wait_for(leave, loop)
    assert wait_for(ask, loop) == "accredit-loop"


def test_what_takes_too_long_is_given_up() -> None:
    ended = threading.Event()

    async def hang() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ended.set()

    with pytest.raises(TimeoutError):
        wait_for(hang, loop_thread().loop(), timeout_s=0.01)
    assert ended.wait(10)


@pytest.mark.parametrize("has_threads", [0, 1])
def test_uwsgi_without_threads_is_told_in_a_sentence_when_a_door_is_made(
    has_threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uwsgi", SimpleNamespace(has_threads=has_threads))
    if has_threads:
        assert make().exchange.settings.connections
    else:
        with pytest.raises(ConfigurationError, match="set enable-threads = true"):
            make()
