"""A bounded server in the test's own loop, and a client that says exactly what it is told to."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from accredit.serving.listener import open_listener
from accredit.serving.protocol import BoundedProtocol
from accredit.serving.server import DrainingServer, make_server
from accredit.settings import ServerSettings

LONG_S = 60
"""For what must happen, on however busy a machine."""

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def post(body: bytes, *headers: bytes, path: bytes = b"/") -> bytes:
    """Return a whole request."""
    lines = [b"POST " + path + b" HTTP/1.1", b"Host: a", b"Content-Length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(lines)


@dataclass
class App:
    """Answers with what it was asked, once it is let go.

    `/early` is answered before its body is read, `/large` at length; the answer of `/begun` begins before the body.
    """

    seen: list[dict[str, Any]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        body, whole = b"", scope["path"] == "/early"
        while not whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.seen.append({"path": scope["path"], "disconnected": True})
                return
            body += message["body"]
            whole = not message["more_body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        told = {"method": scope["method"], "path": scope["path"], "body": body.decode(), "headers": headers}
        self.seen.append(told)
        self.asked.set()
        await self.gate.wait()
        answer = b"x" * 2**20 if scope["path"] == "/large" else json.dumps(told).encode()
        length = (b"content-length", str(len(answer)).encode())
        if scope["path"] != "/begun":
            await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": answer})


@dataclass(frozen=True)
class Answer:
    """One answer, as it came."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def closes(self) -> bool:
        """Whether it says that the connection ends."""
        return self.headers.get("connection") == "close"


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, *data: bytes) -> None:
        """Send without waiting."""
        self._writer.write(b"".join(data))

    async def flush(self) -> None:
        """Wait until it is sent, as far as the server reads."""
        await self._writer.drain()

    async def answer(self) -> Answer:
        """Read one answer."""
        first, *lines = (await self.head()).decode().splitlines()[:-1]
        async with asyncio.timeout(LONG_S):
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
            body = await self._reader.readexactly(int(headers["content-length"]))
        return Answer(int(first.split()[1]), headers, json.loads(body))

    async def head(self) -> bytes:
        """Read the head of an answer."""
        async with asyncio.timeout(LONG_S):
            return await self._reader.readuntil(b"\r\n\r\n")

    async def rest(self) -> bytes:
        """Read until the server has nothing more to say; a reset is an error."""
        async with asyncio.timeout(LONG_S):
            return await self._reader.read()

    def stop_reading(self) -> None:
        """Take nothing in."""
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]  # a TCP connection has it

    def go_on_reading(self) -> None:
        """Take in again what comes."""
        self._writer.transport.resume_reading()  # type: ignore[attr-defined]  # a TCP connection has it


@dataclass
class Served:
    """A running server."""

    server: DrainingServer
    port: int
    listeners: list[socket.socket]

    def connections(self) -> list[BoundedProtocol]:
        """Return its connections."""
        return [one for one in self.server.server_state.connections if isinstance(one, BoundedProtocol)]

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """Connect until the block ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**24)
        try:
            yield Client(reader, writer)
        finally:
            writer.close()

    async def stop(self) -> None:
        """Stop as a signal does, at once: the loop does not see first what has happened meanwhile."""
        await self.server.shutdown(self.listeners)

    async def until(self, count: int) -> None:
        """Wait until there are so many connections."""
        async with asyncio.timeout(LONG_S):
            while len(self.connections()) != count:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.005)


@asynccontextmanager
async def serving(app: Any, **limits: Any) -> AsyncIterator[Served]:
    """Serve `app` until the block ends."""
    with open_listener("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server = make_server(app, ServerSettings(**limits), grace_s=1)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.005)
            yield Served(server, port, [listener])
        finally:
            server.should_exit = True
            await task
