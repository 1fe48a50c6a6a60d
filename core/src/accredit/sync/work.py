"""A plain function that somebody else runs, for a coroutine that waits."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Outcome(Generic[T]):
    """What something has come to."""

    def __init__(self, value: T | None = None, error: BaseException | None = None) -> None:
        self._value = value
        self._error = error

    def result(self) -> T:
        """Return the value, or raise the error; once."""
        if self._error is not None:
            try:
                raise self._error
            finally:
                self._error = None  # its traceback leads here
        return self._value  # type: ignore[return-value] # there is one where there is no error


class Work:
    """A function, and the future for which a coroutine waits in `loop`.

    It is made and given up in the loop's thread, and run in another one.
    """

    def __init__(self, function: Callable[[], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._function = [function]  # taken out by whoever is first: who runs it, or who gives it up
        self._loop = loop
        self.done: asyncio.Future[Any] = loop.create_future()

    def run(self) -> None:
        """Run the function, unless it was given up.

        Raises:
            BaseException: what is no `Exception` is meant for whoever runs this, such as KeyboardInterrupt.
        """
        with suppress(IndexError):
            function = self._function.pop()
            self._tell(self._outcome(function))

    def _outcome(self, function: Callable[[], Any]) -> Outcome[Any]:
        try:
            return Outcome(function())
        except Exception as exc:
            return Outcome(error=exc)
        except BaseException:
            self._tell(None)
            raise

    def give_up(self) -> None:
        """Let it never begin, and let nobody wait for it."""
        self._function.clear()
        self.done.cancel()

    def fail(self, error: Exception) -> None:
        """Say that nobody can run it."""
        self._tell(Outcome(error=error))

    def _tell(self, outcome: Outcome[Any] | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._settle, outcome)

    def _settle(self, outcome: Outcome[Any] | None) -> None:
        if self.done.done():  # it was given up meanwhile
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
