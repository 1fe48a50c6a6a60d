"""An event loop that counts what it is asked to do, and whose connections lead into memory."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.guards.meter import Meter


class CountingLoop(asyncio.SelectorEventLoop):
    """Connect every caller to a protocol that `serve` makes: no socket decides how often something is called."""

    def __init__(self, meter: Meter, serve: Callable[[], asyncio.Protocol]) -> None:
        super().__init__()
        self._meter = meter
        self._serve = serve

    def create_task(self, *args: Any, **kwargs: Any) -> Any:
        self._meter.add("tasks")
        return super().create_task(*args, **kwargs)

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> Any:  # type: ignore[override]  # wider
        self._meter.add("timers")  # `call_later` comes through here
        return super().call_at(when, callback, *args, context=context)

    async def getaddrinfo(self, host: Any, port: Any, **kwargs: Any) -> Any:
        return [(0, 0, 0, "", (host, port))]

    async def create_connection(self, factory: Any, *_: Any, **__: Any) -> Any:  # type: ignore[override]  # one way of it
        ours, theirs = factory(), self._serve()
        here, there = _Pipe(self, ours, theirs), _Pipe(self, theirs, ours)
        ours.connection_made(here)
        theirs.connection_made(there)
        return here, ours


class _Pipe(asyncio.Transport):
    """One end: what is written arrives at the other one, whole, in the next turn of the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, own: asyncio.Protocol, other: asyncio.Protocol) -> None:
        super().__init__()
        self._loop = loop
        self._own = own
        self._other = other

    def write(self, data: Any) -> None:
        self._loop.call_soon(self._other.data_received, data)

    def abort(self) -> None:
        for end in (self._own, self._other):
            self._loop.call_soon(end.connection_lost, None)

    def is_closing(self) -> bool:
        return False

    close = abort
