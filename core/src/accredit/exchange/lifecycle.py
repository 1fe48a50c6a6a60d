"""What opens together and closes together, and the account of what is asked in between: a life, with its events."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from types import TracebackType

from accredit._guard import place_of
from accredit.audit import operations
from accredit.audit.events import ExchangeEvent, RefreshEvent, VerifyEvent
from accredit.audit.reporter import Reporter
from accredit.audit.trail import Trail
from accredit.errors import Abandoned, ExchangeError, InternalFailure, LifecycleError, NotOpen
from accredit.exchange.life import EXCHANGE, Life, Sentences

Closing = Callable[[str, Callable[[], Awaitable[None]]], object]
"""Takes the name of a part that has been opened, and how it is closed."""


class Lifecycle:
    """Open parts, close them in the opposite order, and leave an event for every call.

    `reporter` is told of what happens, `sentences` are for a host's mistakes.
    """

    def __init__(self, reporter: Reporter, sentences: Sentences = EXCHANGE) -> None:
        self._reporter = reporter
        self._sentences = sentences
        self._life = Life(sentences)
        self.require = self._life.require
        """Pass where calls may be made: every method that makes one begins with this."""
        self.require_keys = self._life.require_keys
        self._opened = AsyncExitStack()
        self._unclosed: list[str] = []
        self.in_flight = 0
        """So many calls have begun and not ended."""

    async def open(self, open_parts: Callable[[Closing], Awaitable[None]]) -> None:
        """Let `open_parts` open what there is; whatever it names is closed at the end, or where it fails.

        Raises:
            LifecycleError: it is open already; that stays as it is.
        """
        self._life.begin()
        self._reporter.warn_unheard()
        try:
            async with AsyncExitStack() as opened:
                await open_parts(lambda part, close: opened.push_async_callback(self._close_part, part, close))
                self._opened = opened.pop_all()
        except BaseException:  # a cancellation, too
            self._life.failed()
            raise
        self._life.opened()

    async def close(self) -> None:
        """Close what was opened. Does nothing where nothing is open.

        Raises:
            LifecycleError: this is not the process and event loop that opened it; or all is closed but the part named.
        """
        if not self._life.end():
            return
        self._unclosed.clear()
        try:
            await self._opened.aclose()
        finally:
            self._life.ended()
        if self._unclosed:
            unclosed = " and its ".join(self._unclosed)
            raise LifecycleError(f"the {self._sentences.name} is closed, but its {unclosed}: mend that part")

    async def _close_part(self, part: str, close: Callable[[], Awaitable[None]]) -> None:
        try:
            await close()
        except Exception as exc:  # whatever it is, it must not keep the other parts open
            self._unclosed.append(f"{part} could not be: {place_of(exc)}")
            self._reporter.emit(operations.close_failed(part, place_of(exc)))

    def audited(self, kind: type[ExchangeEvent | VerifyEvent | RefreshEvent] = ExchangeEvent) -> "Audited":
        """Leave exactly one audit event behind, whatever happens in the block.

        Raises:
            LifecycleError: it is not open here, or was closed before the block has ended.
        """
        return Audited(self, Trail(kind))

    def tell(self, trail: Trail, error: ExchangeError | None) -> None:
        """Leave the event of what has ended; a failure in what was closed meanwhile is not the provider's.

        Raises:
            LifecycleError: it was closed meanwhile, which is why it has failed.
        """
        if error is not None and error.status >= 500 and not self._life.is_open:
            closed = self._sentences.closed
            trail.tell(self._reporter.emit, NotOpen(closed))
            raise LifecycleError(closed) from None
        trail.tell(self._reporter.emit, error)

    def tell_as_it_is(self, trail: Trail, error: ExchangeError) -> None:
        """Leave the event of what somebody else has ended: the host, or a caller who has left."""
        trail.tell(self._reporter.emit, error)


class Audited:
    """A block that leaves one event; see `Lifecycle.audited`. A class: a generator costs three times as much."""

    __slots__ = ("_lifecycle", "_trail")

    def __init__(self, lifecycle: Lifecycle, trail: Trail) -> None:
        self._lifecycle = lifecycle
        self._trail = trail

    def __enter__(self) -> Trail:
        self._lifecycle.in_flight += 1
        try:
            self._lifecycle.require()
        except BaseException as exc:
            self.__exit__(type(exc), exc, exc.__traceback__)
            raise
        return self._trail

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        lifecycle, trail = self._lifecycle, self._trail
        lifecycle.in_flight -= 1  # before the event: who hears it may look
        if error is None or isinstance(error, ExchangeError):
            lifecycle.tell(trail, error)
        elif isinstance(error, LifecycleError):
            lifecycle.tell_as_it_is(trail, NotOpen(str(error)))
        elif isinstance(error, asyncio.CancelledError):
            lifecycle.tell_as_it_is(trail, trail.decided or Abandoned())
        elif isinstance(error, Exception):
            # A bug of ours must not pass for anything else. Not chained: its message may quote a secret.
            failure = InternalFailure(place_of(error))
            lifecycle.tell(trail, failure)
            raise failure from None
