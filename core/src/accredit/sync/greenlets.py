"""Real threads and real waiting, also in a process where gevent has taken the place of both."""

import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

_REPLACED = ("threading", "queue")


class Inbox(Protocol):
    """A queue with one reader, the thread or greenlet that made it."""

    def put(self, item: Any) -> None:
        """Add something, from any thread."""

    def get(self, timeout_s: float | None = None) -> Any:
        """Wait for the next thing, in a way that a signal can interrupt.

        Raises:
            TimeoutError: nothing came in time.
        """

    def close(self) -> None:
        """Let go; nobody reads any more."""


def make_inbox() -> Inbox:
    """Return an inbox for whoever runs this: a greenlet must let the others of its thread go on while it waits."""
    return GreenletInbox() if _gevent() else ThreadInbox()


def start_thread(target: Callable[[], None], *, name: str) -> None:
    """Start a daemon: a thread of the operating system, though gevent may have replaced what `threading` starts."""
    gevent = _gevent()
    if gevent is None:
        threading.Thread(target=target, name=name, daemon=True).start()
    else:
        gevent.get_original("_thread", "start_new_thread")(target, ())


def _gevent() -> Any:
    """Return `gevent.monkey` where it has replaced threads."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey if monkey is not None and any(map(monkey.is_module_patched, _REPLACED)) else None


class ThreadInbox:
    """The inbox of a thread."""

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.put = self._items.put

    def get(self, timeout_s: float | None = None) -> Any:
        """Wait for the next thing."""
        try:
            return self._items.get(timeout=timeout_s)
        except queue.Empty:
            raise TimeoutError from None

    def close(self) -> None:
        """Do nothing."""


class GreenletInbox:
    """The inbox of a greenlet. What wakes the hub of another thread is its loop's async watcher, and nothing else."""

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._arrived = import_module("gevent.event").Event()
        self._watcher = import_module("gevent").get_hub().loop.async_()
        self._watcher.start(self._arrived.set)

    def put(self, item: Any) -> None:
        """Add something, and wake the reader's hub."""
        self._items.append(item)
        self._watcher.send()

    def get(self, timeout_s: float | None = None) -> Any:
        """Wait for the next thing, while other greenlets run."""
        while not self._items:
            self._arrived.clear()
            if not self._items and not self._arrived.wait(timeout_s):
                raise TimeoutError
        return self._items.popleft()

    def close(self) -> None:
        """Give the watcher back."""
        self._watcher.stop()
        self._watcher.close()
