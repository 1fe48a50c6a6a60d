"""A time-out for each of many calls that may all take equally long, with one timer for all of them.

`asyncio.timeout` arms and disarms a timer a call, which costs more than the rest of what stands around the call. Calls
that may take equally long end in the order in which they began: so one timer, for the oldest, is enough.
"""

import asyncio
from types import TracebackType
from typing import Self


class TimeLimit:
    """Let a block of any task take `seconds`: `with limit.block(): …`. For one event loop."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.blocks: dict[_Block, None] = {}  # the oldest first
        self._timer: asyncio.TimerHandle | None = None

    def block(self) -> "_Block":
        """Return what bounds one block. It raises `TimeoutError` out of one that takes longer."""
        return _Block(self)

    def watch(self, until: float) -> None:
        """See to it that the oldest block is ended in time."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(until, self._end_overdue)

    def _end_overdue(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for block in list(self.blocks):
            if block.until > now:
                self.watch(block.until)
                return
            block.end()


class _Block:
    """As `asyncio.timeout`: it cancels its task, and makes a time-out of that, unless somebody else cancels as well."""

    def __init__(self, limit: TimeLimit) -> None:
        self._limit = limit
        self._is_overdue = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a time limit is for a task")
        self._task = task
        self._cancelled_before = task.cancelling()
        self.until = asyncio.get_running_loop().time() + self._limit.seconds
        self._limit.blocks[self] = None
        self._limit.watch(self.until)
        return self

    def end(self) -> None:
        """Cancel the task: its time is over."""
        del self._limit.blocks[self]
        self._is_overdue = True
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._is_overdue:
            del self._limit.blocks[self]
        elif self._task.uncancel() <= self._cancelled_before and kind is asyncio.CancelledError:
            raise TimeoutError from error
