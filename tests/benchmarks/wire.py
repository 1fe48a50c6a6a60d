"""HTTP/1.1 by hand, both ends: keep-alive, one message at a time, bodies with a length. For loopback only.

The floor, the provider and the load generator stand on this, so that they cost next to nothing and what is
measured is the server.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, cast

import httptools

HOST = "127.0.0.1"
_REASONS = {200: b"OK", 400: b"Bad Request", 401: b"Unauthorized", 404: b"Not Found", 503: b"Service Unavailable"}


@dataclass(slots=True)
class Request:
    url: bytes = b""
    authorization: bytes = b""
    body: bytes = b""


class Answer(NamedTuple):
    status: int
    body: bytes


Reply = Callable[[Answer], None]
Answerer = Callable[[Request, Reply], None]


class Inbound(asyncio.Protocol):
    """A connection somebody opened to us. `answerer` gets each request and calls `reply` once, now or later."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._parser = httptools.HttpRequestParser(self)
        self._request = Request()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            if self._transport is not None:
                self._transport.close()

    def on_url(self, url: bytes) -> None:
        self._request.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"authorization":
            self._request.authorization = value

    def on_body(self, body: bytes) -> None:
        self._request.body += body

    def on_message_complete(self) -> None:
        request, self._request = self._request, Request()
        self._answerer(request, self._reply)

    def _reply(self, answer: Answer) -> None:
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                b"Content-Length: %d\r\n\r\n%b"
                % (answer.status, _REASONS.get(answer.status, b"Error"), len(answer.body), answer.body)
            )


async def listen(answerer: Answerer, *, port: int = 0) -> tuple[asyncio.Server, int]:
    """Serve `answerer` on loopback; returns the server and its port."""
    server = await asyncio.get_running_loop().create_server(lambda: Inbound(answerer), HOST, port, backlog=2048)
    return server, server.sockets[0].getsockname()[1]


class Outbound(asyncio.Protocol):
    """A connection we opened."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(ConnectionError("connection lost"))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as exc:
            self._fail(exc)
            self.close()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        answer = Answer(self._parser.get_status_code(), b"".join(self._body))
        self._body.clear()
        if not self._parser.should_keep_alive():
            self.close()
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def send(self, message: bytes, waiting: asyncio.Future[Answer] | None = None) -> asyncio.Future[Answer]:
        """Send a whole request; the future is its answer."""
        self._waiting = future = waiting or asyncio.get_running_loop().create_future()
        if self._transport is None:
            self._fail(ConnectionError("connection lost"))
        else:
            self._transport.write(message)
        return future

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _fail(self, exc: Exception) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(exc)


async def connect(port: int) -> Outbound:
    _, outbound = await asyncio.get_running_loop().create_connection(Outbound, HOST, port)
    return outbound


class Pool:
    """At most `limit` connections to one port; who finds none free waits in line."""

    def __init__(self, port: int, *, limit: int) -> None:
        self._port = port
        self._limit = limit
        self._open = 0
        self._free: list[Outbound] = []
        self._line: deque[tuple[bytes, asyncio.Future[Answer]]] = deque()
        self._openings: set[asyncio.Task[None]] = set()

    def send(self, message: bytes) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if self._free:
            self._use(self._free.pop(), message, future)
        else:
            self._line.append((message, future))
            self._add()
        return future

    def _add(self) -> None:
        if self._open < self._limit:
            self._open += 1
            task = asyncio.create_task(self._connect())
            self._openings.add(task)
            task.add_done_callback(self._openings.discard)

    async def _connect(self) -> None:
        try:
            self._release(await connect(self._port))
        except OSError as exc:
            self._open -= 1
            if self._line:
                self._line.popleft()[1].set_exception(exc)

    def _use(self, outbound: Outbound, message: bytes, future: asyncio.Future[Answer]) -> None:
        # Before the waiter's own callback, so that the connection is free again when the waiter runs.
        future.add_done_callback(lambda _: self._release(outbound))
        outbound.send(message, future)

    def _release(self, outbound: Outbound) -> None:
        if not outbound.is_open:
            self._open -= 1
            if self._line:
                self._add()
        elif self._line:
            self._use(outbound, *self._line.popleft())
        else:
            self._free.append(outbound)
