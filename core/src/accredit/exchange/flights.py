"""Single flight: one run for all who want the same at the same moment."""

import asyncio
from types import TracebackType
from typing import Generic, Self, TypeVar

from accredit._guard import guarded
from accredit.errors import ExchangeError

T = TypeVar("T")


class Flight(Generic[T]):
    """One run, the block of whoever was first: whoever else wants the same waits for its outcome."""

    __slots__ = ("_flights", "_is_parted", "_key", "_waiting", "result")

    def __init__(self, key: bytes, flights: "dict[bytes, Flight[T]]") -> None:
        self._key = key
        self._flights = flights
        self._waiting: list[asyncio.Future[T | ExchangeError | None]] = []
        self._is_parted = False
        self.result: T | None = None
        """Set by whoever makes the run, at its end."""

    def __enter__(self) -> Self:
        self._flights[self._key] = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._is_parted:
            del self._flights[self._key]
        outcome = error if isinstance(error, ExchangeError) else self.result
        for future in self._waiting:
            if not future.done():  # they have not left
                future.set_result(outcome)
        self._waiting.clear()  # an error holds frames that hold this flight: it would stay until a garbage collection

    def part(self) -> None:
        """Note that nobody can join any more: what it finds is older than somebody's wish to forget it."""
        self._is_parted = True

    def is_parted(self) -> bool:
        """Tell whether that has been noted."""
        return self._is_parted

    async def outcome(self) -> T | None:
        """Wait for what comes of it: None where whoever made it has left before its end.

        Raises:
            ExchangeError: the run has raised it; each who waits gets one of his own.
        """
        future: asyncio.Future[T | ExchangeError | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        with guarded("verify", allowed=ExchangeError):  # if time runs out, it is the strategy that was waited for
            outcome = await future
        if isinstance(outcome, ExchangeError):
            raise again(outcome)
        return outcome


class Flights(Generic[T]):
    """Share runs by key, while they last.

    ::

        while (flight := flights.get(key)) is not None:
            if (result := await flight.outcome()) is not None:
                return result
        with flights.begin(key) as flight:
            flight.result = …

    A run is made by the first who wants it, within his own deadline and context. Where he leaves before its end, one of
    those who wait makes it anew: nobody ends with another one. Each waits for as long as his own deadline lets him.
    """

    def __init__(self) -> None:
        self._flights: dict[bytes, Flight[T]] = {}

    def get(self, key: bytes) -> Flight[T] | None:
        """Return the run under `key`, None where there is none: then begin it at once."""
        return self._flights.get(key)

    def begin(self, key: bytes) -> Flight[T]:
        """Return a run that others can join while its block lasts."""
        return Flight(key, self._flights)

    def part(self, key: bytes) -> None:
        """Let nobody else join the run under `key`, if there is one; those who wait for it get its outcome."""
        flight = self._flights.pop(key, None)
        if flight is not None:
            flight.part()

    def part_all(self) -> None:
        """Let nobody else join any run under way."""
        for key in tuple(self._flights):
            self.part(key)


def again(error: ExchangeError) -> ExchangeError:
    """Return an equal error for somebody else: raised, each carries a traceback."""
    twin = type(error).__new__(type(error), *error.args)
    twin.__dict__.update(error.__dict__)
    return twin
