"""A server that answers as a test likes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager


def answer(body: bytes, *, status: str = "200 OK", headers: Mapping[str, str] | None = None) -> bytes:
    """Return a correct HTTP/1.1 answer."""
    lines = {"Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Wire:
    """A server that speaks whatever a test likes, and remembers who came."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self.requests: list[str] = []


@asynccontextmanager
async def listening(
    reply: Callable[[asyncio.StreamWriter], Awaitable[None]], *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Wire]:
    """Serve on loopback; each request is read up to the end of its head, then `reply` writes."""
    wire = Wire()
    tasks = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        wire.connections += 1
        try:
            while True:
                wire.requests.append((await reader.readuntil(b"\r\n\r\n")).decode())
                await reply(writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the test is over
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    wire.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*filter(None, tasks))
        await server.wait_closed()


def always(data: bytes, *, then_close: bool = False) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    """Reply the same bytes to every request."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        if then_close:
            await writer.drain()
            raise ConnectionResetError

    return reply
