"""One connection to a provider: one request at a time, and nothing is read that nobody asked for."""

import asyncio
from typing import cast

import httpx

from accredit.provider.transport.answer import Answer

READ_AHEAD_BYTES = 65_536


class Connection(asyncio.Protocol):
    """The loop's side of a connection, and the caller's: `send`, then `read` until it returns nothing."""

    answer: Answer
    """What has come for the last request."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.is_usable = True
        """Another request may be sent.

        Not where reading was paused: what stands unread behind a long answer would be taken for the next one.
        """
        self.idle_since = 0.0
        self.lost: asyncio.Future[None] = loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._error: Exception | None = None
        self._changed: asyncio.Future[None] | None = None  # of whoever waits for an answer; None where nobody has asked
        self._was_paused = False

    def send(self, request: bytes, *, has_body: bool) -> "asyncio.Future[None]":
        """Send one request; what is returned ends as soon as the head of its `answer` is there.

        `has_body` is False for a HEAD. The future raises httpx.TransportError: the connection has ended, or what came
        is no answer.

        Raises:
            httpx.TransportError: the connection had ended before.
        """
        self.is_usable = False
        self.answer.begin(has_body=has_body)
        if self._transport is not None:
            self._transport.write(request)
        return self._change()

    async def read(self) -> bytes:
        """Return the next part of the body, nothing at its end.

        Raises:
            httpx.TransportError: the connection has ended, or what came is no answer.
        """
        while not self.answer.parts and not self.answer.is_whole:
            await self._change()
        if self._was_paused and self._transport is not None:
            self._transport.resume_reading()
        return self.answer.take()

    def rest(self) -> None:
        """Wait for another request."""
        self._changed = None
        self.idle_since = self.loop.time()

    def abort(self, error: Exception | None = None) -> None:
        """Close at once. Whoever waits for an answer gets `error`, unless it is there."""
        self.is_usable = False
        self._error = self._error or error or httpx.ReadError("the connection was closed")
        if self._changed is not None and not self._changed.done():
            if self.answer.is_whole:
                self._changed.set_result(None)
            else:
                self._changed.set_exception(self._error)
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what writes, and make what reads all answers: to make a parser takes a while."""
        self._transport = cast("asyncio.Transport", transport)
        self.answer = Answer()

    def data_received(self, data: bytes) -> None:
        """Hand on what belongs to an answer; anything else ends the connection."""
        answer, changed = self.answer, self._changed
        if changed is None or self._error is not None:
            self.abort()
            return
        try:
            answer.feed(data)
        except httpx.RemoteProtocolError as exc:
            self.abort(exc)
            return
        if sum(map(len, answer.parts)) > READ_AHEAD_BYTES and self._transport is not None:
            self._was_paused = True
            self._transport.pause_reading()
        self.is_usable = answer.may_stay and not self._was_paused
        if answer.is_headed and not changed.done():
            changed.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """End the answer, or fail whoever waits for it."""
        self._transport = None
        self.answer.let_go()
        if exc is None and self._error is None:
            self.answer.end()
        self.abort()
        self.lost.set_result(None)

    def _change(self) -> "asyncio.Future[None]":
        if self._error is not None:
            raise self._error
        self._changed = self.loop.create_future()
        return self._changed
