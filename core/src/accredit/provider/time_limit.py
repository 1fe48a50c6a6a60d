"""A time-out for each of many calls that may all take equally long, with one timer for all of them.

`asyncio.timeout` arms and disarms a timer a call, which costs more than the rest of what stands around the call. Calls
that may take equally long end in the order in which they began: so one timer, for the oldest, is enough.
"""

import asyncio
from types import TracebackType
from typing import Any, Self


class TimeLimit:
    """Let a block of any task take `seconds`: `with limit.block(): …`. In one event loop at a time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.blocks: dict[Block, None] = {}  # the oldest first
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def block(self) -> "Block":
        """Return what bounds one block. It raises `TimeoutError` out of one that takes longer."""
        return Block(self)

    def enter(self, block: "Block", loop: asyncio.AbstractEventLoop) -> None:
        """Begin a block: it is the youngest."""
        if self._loop is not loop:  # the timer of another one may never come
            self._loop, self._timer = loop, None
            self.blocks.clear()
        block.until = loop.time() + self.seconds
        self.blocks[block] = None
        if self._timer is None:
            self._timer = loop.call_at(block.until, self._end_overdue, loop)

    def _end_overdue(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        for block in list(self.blocks):
            if block.until > now:
                self._timer = loop.call_at(block.until, self._end_overdue, loop)
                return
            block.end()


class Block:
    """As `asyncio.timeout`: it cancels its task, and makes a time-out of that, unless somebody else cancels as well."""

    __slots__ = ("_cancelled_before", "_limit", "_task", "is_overdue", "until")

    _task: asyncio.Task[Any]
    until: float

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        self.is_overdue = False

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._task = task = asyncio.current_task(loop)  # type: ignore[assignment]  # what awaits I/O has one
        self._cancelled_before = task.cancelling()  # type: ignore[union-attr]  # as above
        self._limit.enter(self, loop)
        return self

    def extend(self, limit: TimeLimit) -> None:
        """Let it take `limit` from now on, unless it may take longer anyway."""
        loop = asyncio.get_running_loop()
        if loop.time() + limit.seconds > self.until:
            del self._limit.blocks[self]
            self._limit = limit
            limit.enter(self, loop)

    def end(self) -> None:
        """Cancel the task: its time is over."""
        del self._limit.blocks[self]
        self.is_overdue = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self.is_overdue:
            del self._limit.blocks[self]
        elif self._task.uncancel() <= self._cancelled_before and kind is asyncio.CancelledError:
            raise TimeoutError from error
