"""How a caller waits: a thread by a work loop of its own, a coroutine of another event loop by awaiting."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from accredit._caller import Runner
from accredit.errors import LifecycleError
from accredit.sync.call import Call
from accredit.sync.greenlets import make_inbox
from accredit.sync.work import Outcome, Work

T = TypeVar("T")

IN_A_LOOP = (
    "this thread runs an event loop, which would stand still meanwhile: await the method of the same name that begins "
    "with an `a` (`acall`, `averify`, `aanswer`), or use `accredit.Exchange` itself"
)


def wait_for(
    function: Callable[[], Awaitable[T]], loop: asyncio.AbstractEventLoop, *, timeout_s: float | None = None
) -> T:
    """Run a coroutine function in `loop`, and what it gives to its caller in this thread; return what it returns.

    Raises:
        LifecycleError: an event loop runs in this thread.
        TimeoutError: it was given up after `timeout_s`, measured between two pieces of work.
    """
    require_no_loop()
    inbox = make_inbox()
    call = Call(loop, put=inbox.put, hand_over=inbox.put)
    outcome: Outcome[T] | None = None
    try:
        call.start(function)
        while outcome is None:
            item = inbox.get(timeout_s)
            if isinstance(item, Work):
                item.run()
            else:
                outcome = item
    finally:
        if outcome is None:  # whatever it was, a KeyboardInterrupt say: nobody is here any more
            call.leave()
    return outcome.result()


def require_no_loop() -> None:
    """Pass where a thread may wait.

    Raises:
        LifecycleError: an event loop runs in it.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise LifecycleError(IN_A_LOOP)


async def await_for(
    function: Callable[[], Awaitable[T]], loop: asyncio.AbstractEventLoop, *, runner: Runner | None = None
) -> T:
    """Run a coroutine function in `loop`, from another event loop; return what it returns.

    What it gives to its caller runs by `runner`, in the caller's loop: by default in one of that loop's worker threads.
    """
    here = asyncio.get_running_loop()
    ended: asyncio.Future[Outcome[T]] = here.create_future()
    run = asyncio.to_thread if runner is None else runner
    tasks: set[asyncio.Task[None]] = set()

    def put(outcome: Outcome[T]) -> None:
        with suppress(RuntimeError):  # the caller's loop is closed: nobody waits any more
            here.call_soon_threadsafe(_settle, ended, outcome)

    def begin(work: Work) -> None:
        task = here.create_task(_serve(work, run))
        tasks.add(task)  # the loop itself does not keep it
        task.add_done_callback(tasks.discard)

    call = Call(loop, put=put, hand_over=lambda work: _soon(here, begin, work))
    try:
        call.start(function)
        outcome = await ended
    except asyncio.CancelledError:
        call.leave()
        raise
    return outcome.result()


async def _serve(work: Work, run: Runner) -> None:
    try:
        await run(work.run)
    except Exception as exc:  # not the work's own, which are told already: the runner cannot run it
        work.fail(exc)


def _soon(loop: asyncio.AbstractEventLoop, function: Callable[..., None], argument: Any) -> None:
    loop.call_soon_threadsafe(function, argument)


def _settle(ended: "asyncio.Future[Outcome[T]]", outcome: Outcome[T]) -> None:
    if not ended.done():
        ended.set_result(outcome)
