"""Single flight: one run for all who want the same at the same moment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from accredit._guard import guarded
from accredit.errors import ExchangeError

T = TypeVar("T")


class Flight(Generic[T]):
    """One run: whoever was first makes it, the others wait for its outcome."""

    def __init__(self) -> None:
        self._is_parted = False
        self._waiting: list[asyncio.Future[T | ExchangeError | None]] = []

    def part(self) -> None:
        """Note that nobody can join any more: what it finds is older than somebody's wish to forget it."""
        self._is_parted = True

    def is_parted(self) -> bool:
        """Tell whether that has been noted."""
        return self._is_parted

    async def outcome(self) -> T | ExchangeError | None:
        """Wait for what comes of it: None where whoever made it has left before its end."""
        future: asyncio.Future[T | ExchangeError | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return await future

    def end(self, outcome: T | ExchangeError | None) -> None:
        """Tell all who wait, but for those who have left."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(outcome)


class Flights(Generic[T]):
    """Share runs by key, while they last.

    A run is made by the first who wants it, within his own deadline and context. Where he leaves before its end, one of
    those who wait makes it anew: nobody ends with another one. Each waits for as long as his own deadline lets him.
    """

    def __init__(self) -> None:
        self._flights: dict[bytes, Flight[T]] = {}

    async def join(self, key: bytes, run: Callable[[Flight[T]], Awaitable[T]]) -> T:
        """Return what comes of the run under `key`, which is `run` where there is none.

        Raises:
            ExchangeError: the run has raised it; each who waits gets one of his own.
        """
        while (flight := self._flights.get(key)) is not None:
            with guarded("verify", allowed=ExchangeError):  # if time runs out, it is the strategy that was waited for
                outcome = await flight.outcome()
            if isinstance(outcome, ExchangeError):
                raise again(outcome)
            if outcome is not None:
                return outcome
        return await self._make(key, run)

    async def _make(self, key: bytes, run: Callable[[Flight[T]], Awaitable[T]]) -> T:
        flight = self._flights[key] = Flight()
        outcome: T | ExchangeError | None = None
        try:
            outcome = result = await run(flight)
            return result
        except ExchangeError as error:
            outcome = error
            raise
        finally:
            if not flight.is_parted():
                del self._flights[key]
            flight.end(outcome)
            del outcome  # an error holds this frame: what was refused would stay until a garbage collection

    def part(self, key: bytes) -> None:
        """Let nobody else join the run under `key`, if there is one; those who wait for it get its outcome."""
        flight = self._flights.pop(key, None)
        if flight is not None:
            flight.part()


def again(error: ExchangeError) -> ExchangeError:
    """Return an equal error for somebody else: raised, each carries a traceback."""
    twin = type(error).__new__(type(error), *error.args)
    twin.__dict__.update(error.__dict__)
    return twin
