"""One call through a door: a coroutine function runs in the loop thread, and its caller serves it meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from accredit._caller import called_by

T = TypeVar("T")


class Outcome(Generic[T]):
    """What a call has come to."""

    def __init__(self, value: T | None = None, error: BaseException | None = None) -> None:
        self._value = value
        self._error = error

    def result(self) -> T:
        """Return the value, or raise the error."""
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # its traceback leads here
        return self._value  # type: ignore[return-value] # there is one where there is no error


class Work:
    """A plain function for the caller, and the future for which the coroutine waits, in its own loop."""

    def __init__(self, function: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._function = [function]  # taken out by whoever is first: who runs it, or who gives it up
        self._loop = loop
        self.done: asyncio.Future[Any] = loop.create_future()

    def run(self) -> None:
        """Run the function, in the caller's thread, unless it was given up.

        Raises:
            BaseException: what is no `Exception` is meant for the caller, such as KeyboardInterrupt.
        """
        with suppress(IndexError):  # it was given up
            function = self._function.pop()
            self._run(function)

    def _run(self, function: Callable[[], Any]) -> None:
        try:
            outcome = Outcome(function())
        except Exception as exc:
            outcome = Outcome(error=exc)
        except BaseException:
            self._tell(None)
            raise
        self._tell(outcome)

    def give_up(self) -> None:
        """Let it never begin, and nobody wait for it. In the loop's thread."""
        self._function.clear()
        self.done.cancel()

    def fail(self, error: Exception) -> None:
        """Tell that it cannot be run."""
        self._tell(Outcome(error=error))

    def _tell(self, outcome: Outcome[Any] | None) -> None:
        self._loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: Outcome[Any] | None) -> None:
        if self.done.done():  # nobody waits any more
            return
        if outcome is None:
            self.done.cancel()
            return
        try:
            value = outcome.result()
        except StopIteration as exc:  # no future takes one, and no coroutine may raise one
            self.done.set_exception(RuntimeError(f"the function raised {type(exc).__name__}"))
        except Exception as exc:
            self.done.set_exception(exc)
        else:
            self.done.set_result(value)


class Call:
    """One call. `put` and `hand_over` are called in the loop's thread: with its outcome, and with work for the caller.

    A caller that leaves before the end says so by `leave`: the coroutine is cancelled, and does not wait for it.
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

    def _begin(self, function: Callable[[], Awaitable[Any]], context: Any) -> None:
        if not self._has_left:
            self._task = self._loop.create_task(self._deliver(function), context=context)

    async def _deliver(self, function: Callable[[], Awaitable[Any]]) -> None:
        """Never raise: a SystemExit would end the loop, and all other calls with it."""
        try:
            outcome = Outcome(await function())
        except BaseException as exc:
            outcome = Outcome(error=exc)
        self._put(outcome)

    def _left(self) -> None:
        self._has_left = True
        if self._task is not None:
            self._task.cancel()
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
