"""The proxy in front of the nodes: each request goes to the next one that says it is ready.

It does what nginx does by default: who cannot be reached is passed over, and a request that was sent is never sent to
another node, for it may have been done. It looks at `/readyz` of each node all the time.
"""

import asyncio
import itertools
import re
from collections import Counter
from contextlib import suppress

from tests.faults.servers import LONG_S

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_LOOK_S = 0.1
_READY_S = 3.0
"""For so long a node may think about whether it is ready: as long as its own bound, and something."""
_NOBODY = b'{"error":"temporarily_unavailable","error_description":"no node"}'
_LOST = b'{"error":"bad_gateway","error_description":"the node did not answer"}'


class RoundRobin:
    """Serve one address for all nodes, which come and go by name."""

    def __init__(self) -> None:
        self.port = 0
        self.nodes: dict[str, int] = {}
        """Their ports by name."""
        self.is_ready: dict[str, bool] = {}
        self.is_whole: dict[str, bool] = {}
        """Whether they lack nothing, not even what they can do without."""
        self.sent: Counter[str] = Counter()
        """So many requests each node was sent."""
        self._turns = itertools.count()
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._server: asyncio.Server | None = None
        self._serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> "RoundRobin":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for name in list(self.nodes):
            await self.remove(name)
        for writer in self._serving.values():
            writer.transport.abort()
        await asyncio.gather(*self._serving)

    async def add(self, name: str, port: int) -> None:
        """Send requests to a node as soon as it is ready, for which this waits."""
        self.nodes[name] = port
        self.is_ready[name] = self.is_whole[name] = False
        self._watching[name] = asyncio.create_task(self._watch(name, port))
        await self.until(name, ready=True)

    async def remove(self, name: str) -> None:
        """Send no more requests to a node."""
        del self.nodes[name], self.is_ready[name], self.is_whole[name]
        watching = self._watching.pop(name)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    async def until(self, *names: str, ready: bool) -> None:
        """Wait until all of these nodes are ready, or until none of them is."""
        async with asyncio.timeout(LONG_S):
            while any(self.is_ready[name] is not ready for name in names):  # noqa: ASYNC110 - they tell nobody
                await asyncio.sleep(0.01)

    async def until_whole(self) -> None:
        """Wait until no node lacks anything."""
        async with asyncio.timeout(LONG_S):
            while not all(self.is_whole.values()):  # noqa: ASYNC110 - they tell nobody
                await asyncio.sleep(0.01)

    async def _watch(self, name: str, port: int) -> None:
        while True:
            try:
                async with asyncio.timeout(_READY_S):
                    answer = await _send(port, b"GET /readyz HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n")
                self.is_ready[name] = answer.startswith(b"HTTP/1.1 200 ")
                self.is_whole[name] = self.is_ready[name] and b'"degraded"' not in answer
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                self.is_ready[name] = self.is_whole[name] = False
            await asyncio.sleep(_LOOK_S)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: asyncio.Task[None] | None = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        try:
            while True:
                writer.write(await self._forward(await _message(reader)))
                await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass  # the client has gone
        finally:
            writer.transport.abort()
            del self._serving[task]

    async def _forward(self, request: bytes) -> bytes:
        request = request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        for name, port in self._in_turn():
            try:
                streams = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                self.is_ready[name] = False
                continue
            self.sent[name] += 1
            try:
                answer = await _exchange(streams, request)
            except (OSError, asyncio.IncompleteReadError):
                return _own(b"502 Bad Gateway", _LOST)
            # The connection to the client is kept.
            return re.sub(rb"(?i)\r\nconnection: close", b"", answer, count=1)
        return _own(b"503 Service Unavailable", _NOBODY)

    def _in_turn(self) -> list[tuple[str, int]]:
        ready = [(name, port) for name, port in self.nodes.items() if self.is_ready[name]]
        first = next(self._turns) % len(ready) if ready else 0
        return ready[first:] + ready[:first]


async def _send(port: int, request: bytes) -> bytes:
    return await _exchange(await asyncio.open_connection("127.0.0.1", port), request)


async def _exchange(streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes) -> bytes:
    reader, writer = streams
    try:
        writer.write(request)
        return await _message(reader)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one request or answer, whose body has a length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")


def _own(status: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body
