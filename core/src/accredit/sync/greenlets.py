"""Real threads and real waiting, also in a process where gevent has taken the place of both."""

import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol
from weakref import WeakKeyDictionary

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


def make_lock() -> Any:
    """Return a lock for threads of the operating system: whoever waits for it lets no greenlet go on."""
    gevent = _gevent()
    return threading.Lock() if gevent is None else gevent.get_original("_thread", "allocate_lock")()


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


class GreenletInbox:
    """The inbox of a greenlet."""

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._arrived = import_module("gevent.event").Event()
        self._bell = bell_of_this_thread()

    def put(self, item: Any) -> None:
        """Add something, and wake the reader's hub."""
        self._items.append(item)
        self._bell.ring(self._arrived.set)

    def get(self, timeout_s: float | None = None) -> Any:
        """Wait for the next thing, while other greenlets run."""
        while not self._items:
            self._arrived.clear()
            if not self._items and not self._bell.wait(self._arrived, timeout_s):
                raise TimeoutError
        return self._items.popleft()


class Bell:
    """Wakes greenlets of one hub from other threads.

    The only thing of a hub that another thread may touch is an async watcher of its loop. It stays for as long as the
    hub: a ring may come at any time, also for a greenlet that has left.
    """

    def __init__(self, hub: Any) -> None:
        self.process = os.getpid()
        self._rung: deque[Callable[[], object]] = deque()
        self._waiting = 0
        self._watcher = hub.loop.async_(ref=False)  # it keeps no program alive, unless somebody waits
        self._watcher.start(self._answer)

    def ring(self, answer: Callable[[], object]) -> None:
        """Let `answer` be called in the hub's thread; from any thread."""
        self._rung.append(answer)
        self._watcher.send()

    def wait(self, event: Any, timeout_s: float | None) -> bool:
        """Wait for an event that a ring sets, and tell whether it has come in time."""
        self._waiting += 1
        self._watcher.ref = True
        try:
            return bool(event.wait(timeout_s))
        finally:
            self._waiting -= 1
            self._watcher.ref = self._waiting > 0

    def _answer(self) -> None:
        while self._rung:
            self._rung.popleft()()


_bells: WeakKeyDictionary[Any, Bell] = WeakKeyDictionary()
"""By hub."""


def bell_of_this_thread() -> Bell:
    """Return the bell of this thread's hub, made anew after a fork."""
    hub = import_module("gevent").get_hub()
    bell = _bells.get(hub)
    if bell is None or bell.process != os.getpid():
        bell = _bells[hub] = Bell(hub)
    return bell
