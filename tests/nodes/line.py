"""A TCP proxy on loopback between a node and what it depends on: it can drop, delay, refuse and sever."""

import asyncio
from contextlib import suppress
from pathlib import Path

_CHUNK = 65_536

Target = tuple[str, int] | Path
"""An address, or the socket of a server on this machine."""


class Line:
    """One way to one server, for one node."""

    def __init__(self, target: Target | None = None) -> None:
        self.target = target
        """Where it leads; who connects while that is None is reset."""
        self.port = 0
        self.delay_s = 0.0
        """How much later everything arrives, in both directions."""
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Line":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self.sever()

    def drop(self) -> None:
        """Let nothing through any more, without a word to either side: what a partition looks like."""
        self._flows.clear()

    def heal(self) -> None:
        """Let through what has been sent meanwhile, and all that follows."""
        self._flows.set()

    async def sever(self) -> None:
        """Reset every connection that there is; new ones are welcome."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: asyncio.Task[None] | None = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._relay(reader, writer)
        except OSError:
            pass  # one side is not there, or has had enough
        except asyncio.CancelledError:
            pass  # severed
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flows.wait()
        there, back = await _open(self.target)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, back))
                both.create_task(self._pump(there, writer))
        except* OSError:
            pass
        finally:
            back.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            await self._flows.wait()
            sink.write(data)
            await sink.drain()
        with suppress(OSError):  # the other direction may be over already
            sink.write_eof()


async def _open(target: Target | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if target is None:
        raise ConnectionRefusedError
    if isinstance(target, Path):
        return await asyncio.open_unix_connection(str(target))
    return await asyncio.open_connection(*target)
