"""One call through a door: a coroutine function runs in the loop thread, and its caller serves it meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from typing import Any, TypeVar

from accredit._caller import called_by
from accredit.sync.work import Outcome, Work

T = TypeVar("T")


class Call:
    """One call. `put` and `hand_over` are called in the loop's thread: with its outcome, and with work for the caller.

    A caller that leaves before the end says so by `leave`: the coroutine is cancelled, and does not wait for it. Once
    the call has ended nobody is there either: what a task that it has left behind gives to the caller is given up.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        put: Callable[[Outcome[Any]], None],
        hand_over: Callable[[Work], None],
    ) -> None:
        self._loop = loop
        self._put = put
        self._hand_over = hand_over
        self._task: asyncio.Task[None] | None = None
        self._waiting: set[Work] = set()
        self._has_left = False

    def start(self, function: Callable[[], Awaitable[Any]]) -> None:
        """Let `function` run, in the context of this moment."""
        self._loop.call_soon_threadsafe(self._begin, function, called_by(self._run_in_caller))

    def leave(self) -> None:
        """Wait no longer."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._left)

    def _begin(self, function: Callable[[], Awaitable[Any]], context: Context) -> None:
        if not self._has_left:
            self._task = self._loop.create_task(self._deliver(function), context=context)

    async def _deliver(self, function: Callable[[], Awaitable[Any]]) -> None:
        """Never raise: a SystemExit would end the loop, and all other calls with it."""
        try:
            outcome = Outcome(await function())
        except BaseException as exc:
            outcome = Outcome(error=exc)
        self._end()
        self._put(outcome)

    def _left(self) -> None:
        self._end()
        if self._task is not None:
            self._task.cancel()

    def _end(self) -> None:
        self._has_left = True
        for work in tuple(self._waiting):
            work.give_up()

    async def _run_in_caller(self, function: Callable[[], T]) -> T:
        work = Work(function, self._loop)
        self._waiting.add(work)
        try:
            if self._has_left:
                work.give_up()
            else:
                self._hand_over(work)
            result: T = await work.done
            return result
        finally:
            self._waiting.discard(work)
            work.give_up()
