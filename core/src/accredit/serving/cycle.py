"""One request and its answer, as an ASGI app has them; in place of uvicorn's, which is made for any app.

An answer goes out in one piece, where its body comes in one: each piece costs as much as the other, and wakes the
client. Its length is known, as it is of all of ours; one that does not say it ends with its connection.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from accredit.serving.refusal import failed

Message = MutableMapping[str, Any]
App = Callable[[Any, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
"""Of a header, and in lower case: others would not be seen here. Source: RFC 9110 section 5.6.2, `token`."""
_NO_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_WITHOUT_BODY = frozenset({204, 304})


class Cycle:
    """One request of a connection, whose `transport` and `flow` it uses.

    `headers` are those that every answer has. `ended` is called with the end of the answer, `close` where the
    connection is to end with it. Public names are uvicorn's, which looks at some of them.
    """

    __slots__ = (
        "_close",
        "_ended",
        "_expects_continue",
        "_flow",
        "_head",
        "_headers",
        "_missing",
        "_transport",
        "body",
        "disconnected",
        "keep_alive",
        "message_event",
        "more_body",
        "response_complete",
        "response_started",
        "scope",
        "task",
    )

    task: asyncio.Task[None]

    def __init__(
        self,
        scope: dict[str, Any],
        headers: list[tuple[bytes, bytes]],
        transport: asyncio.Transport,
        flow: FlowControl,
        *,
        expects_continue: bool,
        ended: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        self.scope = scope
        self._headers = headers
        self._transport = transport
        self._flow = flow
        self._expects_continue = expects_continue
        self._ended = ended
        self._close = close
        self._head = b""  # what is not written yet
        self._missing: int | None = 0  # bytes of the answer's body; None: nobody knows
        self.body = bytearray()
        self.more_body = True
        self.message_event = asyncio.Event()
        self.keep_alive = False
        self.disconnected = self.response_started = self.response_complete = False

    @property
    def is_written(self) -> bool:
        """Whether a part of the answer is on its way."""
        return self.response_started and not self._head

    async def run(self, app: App, logger: logging.Logger, tasks: set[asyncio.Task[None]]) -> None:
        """Let `app` answer, in `task`, which is one of `tasks`. What it raises is logged.

        Without a whole answer the connection ends; behind one, the next request may be in hand already.
        """
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as exc:  # the end of the server's patience, too, with which the task ends anyway
            logger.error("Exception in ASGI application\n", exc_info=exc)
            self._break_off()
        else:
            if not (self.response_complete or self.disconnected):
                logger.error("ASGI application returned without a whole answer")
                self._break_off()
        finally:
            tasks.discard(self.task)

    # -- the request

    def take(self, body: bytes) -> None:
        """Keep a part of the body for the app."""
        if self.response_complete:
            return
        self.body += body
        if len(self.body) > HIGH_WATER_LIMIT:
            self._flow.pause_reading()
        self.message_event.set()

    def end_body(self) -> None:
        """Say that the whole body is there."""
        self.more_body = False
        self.message_event.set()

    def lose(self) -> None:
        """Say that nobody waits for the answer any more."""
        self.disconnected = True
        self.message_event.set()

    async def receive(self) -> Message:
        """Return what has come of the body since the last time, or wait for more of it."""
        if not (self.disconnected or self.response_complete):
            if self._expects_continue and not self._transport.is_closing():
                self._expects_continue = False
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            if self._head:  # there may be no body before something has come
                head, self._head = self._head, b""
                self._transport.write(head)
            self._flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    # -- the answer

    async def send(self, message: Message) -> None:
        """Send the head of the answer with the first part of its body, then the rest of it."""
        if self._flow.write_paused and not self.disconnected:
            await self._flow.drain()
        if self.disconnected:
            return
        expected = "http.response.body" if self.response_started else "http.response.start"
        if self.response_complete or message["type"] != expected:
            raise RuntimeError(f"unexpected ASGI message {message['type']!r}")
        if self.response_started:
            self._write(message.get("body", b""), more=message.get("more_body", False))
        else:
            self._begin(message["status"], [*self._headers, *message.get("headers", ())])

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        lines = b"".join(map(_line, headers))
        length = dict(headers).get(b"content-length")
        if status in _WITHOUT_BODY or self.scope["method"] == "HEAD":
            self._missing = 0
        elif length is not None:
            self._missing = int(length)
        else:
            self._missing, self.keep_alive = None, False
        self._head = STATUS_LINE[status] + lines + (b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        self.response_started, self._expects_continue = True, False

    def _write(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            body = b""
        if self._missing is not None:
            self._missing -= len(body)
            if self._missing < 0 or (self._missing and not more):
                raise RuntimeError("the body of an answer is not as long as its head says")
        head, self._head = self._head, b""
        self._transport.write(head + body)
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self._close()
            self._ended()

    def _break_off(self) -> None:
        if not (self.disconnected or self.response_complete):
            if not self.is_written:
                self._transport.write(failed().answer(self._headers, has_body=self.scope["method"] != "HEAD"))
            self._close()


@lru_cache(maxsize=256)  # nearly all answers have the same few
def _line(header: tuple[bytes, bytes]) -> bytes:
    name, value = header
    if not _NAME.fullmatch(name) or _NO_VALUE.search(value):
        raise RuntimeError("a header of an answer is none")
    return name + b": " + value + b"\r\n"
