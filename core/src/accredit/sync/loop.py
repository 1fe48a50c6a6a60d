"""The event loop of the loop thread, and the worker threads for what blocks."""

import asyncio
import queue
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from accredit.sync.work import Work

MOST_WORKERS = 32
"""As many as the usual pool of an event loop has at most."""


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose `asyncio.to_thread` goes on working until the interpreter has ended.

    The usual pool takes no more work once the interpreter begins to exit, which is when an exchange is still open, and
    waits for threads that hang. These threads are daemons, and nobody waits for them.
    """

    def __init__(self) -> None:
        super().__init__()
        self._queue: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._unfinished: set[Work] = set()
        self._workers = 0

    def run_in_executor(  # type: ignore[override] # typeshed has names for types that nobody can pass
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run a function in a thread: a worker of ours, where no executor is given."""
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        work = Work(partial(func, *args), self)
        self._unfinished.add(work)
        work.done.add_done_callback(lambda _: self._finished(work))
        if len(self._unfinished) > self._workers and self._workers < MOST_WORKERS:
            threading.Thread(target=self._work, name=f"accredit-worker-{self._workers}", daemon=True).start()
            self._workers += 1
        self._queue.put(work)
        return work.done

    def _finished(self, work: Work) -> None:
        work.give_up()
        self._unfinished.discard(work)

    def _work(self) -> None:
        while True:
            try:
                self._queue.get().run()
            except BaseException:  # noqa: S112 - whoever waits was told, and a worker must not end
                continue
