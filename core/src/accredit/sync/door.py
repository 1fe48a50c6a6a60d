"""What stands behind a door: opened at first use, once in each process, in the loop thread."""

import asyncio
import atexit
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from typing import Generic, Protocol, TypeVar

from accredit._caller import Runner
from accredit.errors import LifecycleError
from accredit.sync.loop_thread import LoopThread, loop_thread, require_threads
from accredit.sync.waiting import await_for, wait_for

T = TypeVar("T")

CLOSING_S = 10.0
"""For so long closing is waited for where the interpreter exits: a part that hangs must not keep the process."""


class Openable(Protocol):
    """What can stand behind a door."""

    async def open(self) -> None:
        """Get ready."""

    async def close(self) -> None:
        """Let go."""


InnerT = TypeVar("InnerT", bound=Openable)


class House(Generic[InnerT]):
    """What stands behind a door in one process. All that is awaited here runs in the loop thread.

    `close_at_exit` is called when the interpreter exits while it is open.
    """

    def __init__(self, make: Callable[[], InnerT], *, close_at_exit: Callable[[], None]) -> None:
        self._make = make
        self._close_at_exit = close_at_exit
        self._lock = threading.Lock()
        self._inner: InnerT | None = None
        self._opening: asyncio.Task[None] | None = None
        self._closing: asyncio.Future[None] | None = None
        self._is_open = False

    def inner(self) -> InnerT:
        """Return it, open or not."""
        if self._inner is None:
            with self._lock:
                if self._inner is None:
                    self._inner = self._make()
        return self._inner

    async def opened(self) -> InnerT:
        """Return it, open."""
        while not self._is_open:
            if self._closing is not None:
                await asyncio.wait([self._closing])
                continue
            if self._opening is None:
                # In a context of its own: what runs beside the calls must not belong to the first of them.
                task = asyncio.get_running_loop().create_task(self._open(), context=Context())
                task.add_done_callback(self._opened)
                self._opening = task
            await asyncio.shield(self._opening)
        return self.inner()

    async def _open(self) -> None:
        await self.inner().open()
        self._is_open = True
        atexit.register(self._close_at_exit)

    def _opened(self, task: "asyncio.Task[None]") -> None:
        self._opening = None
        if not task.cancelled():
            task.exception()  # it may be that nobody waits any longer

    async def close(self) -> None:
        """Close it, if it is open; return when it is closed, whoever has begun that."""
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if self._closing is not None:
            await asyncio.wait([self._closing])
        elif self._is_open:
            self._is_open = False
            self._closing = closing = asyncio.get_running_loop().create_future()
            atexit.unregister(self._close_at_exit)  # which keeps it, too: there may be many in the life of a process
            try:
                await self.inner().close()
            finally:
                self._closing = None
                closing.set_result(None)


class Door(Generic[InnerT]):
    """The way to something that lives in the loop thread of its process.

    `make` makes it: at once, so that mistakes show, and again in each process that is forked from this one. What a
    parent process has opened is left as it is, neither used nor closed.

    Raises:
        ConfigurationError: this process cannot have a loop thread; and what `make` raises.
    """

    def __init__(self, make: Callable[[], InnerT], *, runner: Runner | None = None) -> None:
        require_threads()
        self._make = make
        self._runner = runner
        self._houses: dict[LoopThread, House[InnerT]] = {}
        self._house(loop_thread()).inner()

    @property
    def inner(self) -> InnerT:
        """What stands behind it in this process, open or not."""
        return self._house(loop_thread()).inner()

    def call(self, function: Callable[[InnerT], Awaitable[T]]) -> T:
        """Call it, and wait."""
        thread = loop_thread()
        return wait_for(self._asked(thread, function), thread.loop())

    async def acall(self, function: Callable[[InnerT], Awaitable[T]], *, runner: Runner | None = None) -> T:
        """Call it from an event loop."""
        thread = loop_thread()
        return await await_for(self._asked(thread, function), thread.loop(), runner=runner or self._runner)

    def open(self) -> None:
        """Open it now."""
        self.call(_nothing)

    def close(self, *, timeout_s: float | None = None) -> None:
        """Close what this process has opened; the next call opens it again."""
        house = self._houses.get(thread := loop_thread())
        if house is not None:
            wait_for(house.close, thread.loop(), timeout_s=timeout_s)

    async def aclose(self) -> None:
        """Close what this process has opened, from an event loop."""
        house = self._houses.get(thread := loop_thread())
        if house is not None:
            await await_for(house.close, thread.loop())

    def _asked(self, thread: LoopThread, function: Callable[[InnerT], Awaitable[T]]) -> Callable[[], Awaitable[T]]:
        house = self._house(thread)

        async def ask() -> T:
            return await function(await house.opened())

        return ask

    def _house(self, thread: LoopThread) -> House[InnerT]:
        made = self._houses.get(thread)
        return made or self._houses.setdefault(thread, House(self._make, close_at_exit=self._close_at_exit))

    def _close_at_exit(self) -> None:
        with suppress(LifecycleError, TimeoutError):  # what cannot be closed has been told
            self.close(timeout_s=CLOSING_S)


async def _nothing(_: object) -> None:
    pass
