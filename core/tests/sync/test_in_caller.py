"""Functions that the exchange runs where its caller is."""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from core.tests.sync.doors import adoorstep, doorstep

from accredit import AccessDenied
from accredit.sync import run_in_caller

here = threading.local()
word: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="")


async def test_without_a_door_a_worker_thread_runs_it() -> None:
    assert await run_in_caller(threading.current_thread) is not threading.current_thread()


def test_it_runs_in_the_thread_that_waits() -> None:
    with doorstep() as step:
        here.value = "mine"

        async def ask() -> tuple[str, threading.Thread]:
            assert threading.current_thread().name == "accredit-loop"
            return await run_in_caller(lambda: here.value), await run_in_caller(threading.current_thread)

        assert step.exchange.run(ask) == ("mine", threading.current_thread())


def test_it_shares_the_callers_context_both_ways() -> None:
    with doorstep() as step:
        word.set("before")

        async def ask() -> str:
            await run_in_caller(lambda: word.set("after"))
            return word.get()

        assert step.exchange.run(ask) == "before"  # a copy, as in any task
        assert word.get() == "after"


@pytest.mark.parametrize("error", [ValueError("no"), AccessDenied("no"), StopIteration()])
def test_what_it_raises_is_raised_in_the_coroutine(error: Exception) -> None:
    def fail() -> None:
        raise error

    async def ask() -> str:
        try:
            await run_in_caller(fail)
        except Exception as exc:
            return type(exc).__name__
        return "nothing"

    with doorstep() as step:
        wanted = "RuntimeError" if isinstance(error, StopIteration) else type(error).__name__
        assert step.exchange.run(ask) == wanted


def test_it_may_call_a_door_itself() -> None:
    with doorstep() as step:

        async def ask() -> bool:
            return await run_in_caller(lambda: step.exchange.subjects.is_blocked("ada"))

        assert step.exchange.run(ask) is False


def test_two_at_once_run_one_after_the_other() -> None:
    running, most = [0], [0]

    def count() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        running[0] -= 1

    async def ask() -> None:
        await asyncio.gather(*(run_in_caller(count) for _ in range(20)))

    with doorstep() as step:
        step.exchange.run(ask)
    assert most == [1]


def test_what_has_not_begun_when_it_is_given_up_never_begins() -> None:
    begun: list[str] = []

    def first_work() -> None:
        begun.append("first")
        time.sleep(0.05)

    async def ask() -> None:
        first = asyncio.ensure_future(run_in_caller(first_work))
        second = asyncio.ensure_future(run_in_caller(lambda: begun.append("second")))
        await asyncio.sleep(0.01)
        second.cancel()
        await asyncio.wait([first, second])
        await asyncio.sleep(0.02)

    with doorstep() as step:
        step.exchange.run(ask)
    assert begun == ["first"]


def interrupted(raised: BaseException) -> tuple[list[str], type[BaseException]]:
    """Let a caller's function raise, and return how the coroutine has ended, and what the caller got."""
    ended, done = list[str](), threading.Event()

    def interrupt() -> None:
        raise raised

    async def ask() -> None:
        try:
            waiting = asyncio.ensure_future(run_in_caller(lambda: ended.append("never")))
            await run_in_caller(interrupt)
        except asyncio.CancelledError:
            ended.append("cancelled")
            with pytest.raises(asyncio.CancelledError):
                await run_in_caller(lambda: ended.append("never"))
            ended.append("nobody is there")
            raise
        finally:
            waiting.cancel()
            done.set()

    with doorstep() as step:
        try:
            step.exchange.run(ask)
        except BaseException as exc:
            assert done.wait(10)
            return ended, type(exc)
    raise AssertionError


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), asyncio.CancelledError()])
def test_a_caller_that_is_interrupted_leaves_no_coroutine_waiting(raised: BaseException) -> None:
    ended, got = interrupted(raised)
    assert (ended, got) == (["cancelled", "nobody is there"], type(raised))


async def test_from_an_event_loop_it_runs_in_a_worker_thread_of_that_loop() -> None:
    async def ask() -> tuple[bool, str]:
        thread = await run_in_caller(threading.current_thread)
        return thread is threading.current_thread(), await run_in_caller(word.get)

    word.set("mine")
    async with adoorstep() as step:
        assert await step.exchange.arun(ask) == (False, "mine")


async def test_from_an_event_loop_it_runs_by_the_runner_that_the_door_was_given() -> None:
    ran: list[str] = []

    def named(name: str) -> Callable[[Callable[[], Any]], Any]:
        async def run(function: Callable[[], Any]) -> Any:
            ran.append(name)
            return function()

        return run

    async def ask() -> threading.Thread:
        return await run_in_caller(threading.current_thread)

    async with adoorstep(runner=named("the door's")) as step:
        assert await step.exchange.arun(ask) is threading.current_thread()
        assert await step.exchange.arun(ask, runner=named("the call's")) is threading.current_thread()
    assert ran == ["the door's", "the call's"]


async def test_a_runner_that_fails_is_told_to_the_coroutine() -> None:
    async def run(_: Callable[[], Any]) -> Any:
        raise RuntimeError("no threads are left")

    async def ask() -> object:
        return await run_in_caller(threading.current_thread)

    async with adoorstep(runner=run) as step:
        with pytest.raises(RuntimeError, match="no threads are left"):
            await step.exchange.arun(ask)


def test_a_task_that_outlives_its_call_finds_nobody_there() -> None:
    left: list[asyncio.Task[object]] = []

    async def outlive() -> None:
        await asyncio.sleep(0.01)
        await run_in_caller(threading.current_thread)

    async def leave() -> None:
        left.append(asyncio.create_task(outlive()))

    async def look() -> bool:
        await asyncio.wait(left, timeout=10)
        return left[0].cancelled()

    with doorstep() as step:
        step.exchange.run(leave)
        assert step.exchange.run(look)
