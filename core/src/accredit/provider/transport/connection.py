"""One connection to a provider: one request at a time, and nothing is read that nobody asked for."""

import asyncio
from typing import cast

import httpx

from accredit.provider.transport.answer import Answer

READ_AHEAD_BYTES = 65_536


class Connection(asyncio.Protocol):
    """The loop's side of a connection, and the caller's: `send`, then `read` until it returns nothing."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._answer: Answer | None = None
        self._last_answer: Answer | None = None  # while none is waited for: to make a parser takes a while
        self._error: Exception | None = None
        self._changed: asyncio.Future[None] | None = None
        self._was_paused = False
        self.lost: asyncio.Future[None] = loop.create_future()

    @property
    def is_usable(self) -> bool:
        """Tell whether another request may be sent.

        Not where reading was paused: what stands unread behind a long answer would be taken for the next one.
        """
        if self._error is not None or self._was_paused:
            return False
        return self._answer is None or (self._answer.is_whole and self._answer.may_stay)

    @property
    def has_answered(self) -> bool:
        """Tell whether any byte of an answer has come."""
        return self._answer is not None and self._answer.has_begun

    async def send(self, request: bytes, *, has_body: bool) -> Answer:
        """Send one request, and return its answer as soon as its head is there. `has_body` is False for a HEAD.

        Raises:
            httpx.TransportError: the connection has ended, or what came is no answer.
        """
        if (answer := self._last_answer) is None:
            answer = Answer(has_body=has_body)
        else:
            self._last_answer = None
            answer.begin(has_body=has_body)
        self._answer = answer
        if self._transport is not None:
            self._transport.write(request)
        while not answer.is_headed:
            await self._change()
        return answer

    async def read(self) -> bytes:
        """Return the next part of the body, nothing at its end. Raises as `send` does."""
        answer = cast("Answer", self._answer)
        while not answer.parts and not answer.is_whole:
            await self._change()
        if self._was_paused and self._transport is not None:
            self._transport.resume_reading()
        return answer.take()

    def rest(self) -> None:
        """Wait for another request."""
        self._last_answer, self._answer = self._answer, None
        self.idle_since = self.loop.time()

    def abort(self, error: Exception | None = None) -> None:
        """Close at once. Whoever waits for an answer gets `error`."""
        self._error = self._error or error or httpx.ReadError("the connection was closed")
        self._wake()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what writes."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what belongs to an answer; anything else ends the connection."""
        if self._answer is None or self._error is not None:
            self.abort()
            return
        try:
            self._answer.feed(data)
        except httpx.RemoteProtocolError as exc:
            self.abort(exc)
            return
        if sum(map(len, self._answer.parts)) > READ_AHEAD_BYTES and self._transport is not None:
            self._was_paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the answer, or fail whoever waits for it."""
        self._transport = None
        if self._last_answer is not None:
            self._last_answer.let_go()
            self._last_answer = None
        if exc is None and self._error is None and self._answer is not None:
            self._answer.end()
        self.abort()
        self.lost.set_result(None)

    def _change(self) -> "asyncio.Future[None]":
        if self._error is not None:
            raise self._error
        self._changed = self.loop.create_future()
        return self._changed

    def _wake(self) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(None)
