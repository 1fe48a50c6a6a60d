"""The one thread of a process in which blocking doors run their event loop. A fork waits for it, and leaves it behind.

It waits as the child inherits each lock as it is, those of OpenSSL among them, and there is no thread in it that could
open what this one has locked: a child that was forked while this one read certificates could not read its own.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from accredit.errors import ConfigurationError
from accredit.sync.greenlets import Inbox, make_inbox, make_lock, start_thread
from accredit.sync.loop import Loop

NO_THREADS = (
    "uWSGI runs this process without Python's threads, and a blocking exchange needs one: set enable-threads = true"
)


FORK_S = 1.0
"""For so long a fork waits for the loop to come to the end of its turn; what takes longer is no lock."""


class LoopThread:
    """A daemon with an event loop that never ends; it starts when it is first asked for its loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pauses: dict[int, Pause] = {}

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the running loop."""
        if self._loop is None:
            with self._lock:
                if self._loop is None:
                    self._loop = _start()
        return self._loop

    def pause(self) -> None:
        """Let the loop stand still between two turns, until this thread calls `go_on`, if it runs."""
        if self._loop is not None and not _runs_here(self._loop):
            self._pauses[threading.get_ident()] = pause = Pause()
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(pause.stand)
                pause.begun.acquire(timeout=FORK_S)

    def go_on(self) -> None:
        """End the pause of this thread, if there is one."""
        pause = self._pauses.pop(threading.get_ident(), None)
        if pause is not None:
            pause.over.release()


class Pause:
    """A moment in which the loop's thread does nothing. Its locks are held until something is so."""

    def __init__(self) -> None:
        self.begun, self.over = make_lock(), make_lock()
        self.begun.acquire()
        self.over.acquire()

    def stand(self) -> None:
        """Wait for its end, in the loop's thread."""
        self.begun.release()
        self.over.acquire()


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _start() -> asyncio.AbstractEventLoop:
    inbox = make_inbox()
    start_thread(lambda: _run(inbox), name="accredit-loop")
    loop: asyncio.AbstractEventLoop = inbox.get()
    return loop


def _run(inbox: Inbox) -> None:
    loop = Loop()  # here: under gevent it belongs to the hub of its thread
    inbox.put(loop)
    while not loop.is_closed():
        with suppress(BaseException):  # a task of a plugin's that exits must not end the thread for everybody
            loop.run_forever()


_threads: dict[int, LoopThread] = {}
"""By process."""
_left_behind: list[LoopThread] = []
"""Of processes that this one was forked from. Kept: to let go of a loop would close what its owner still uses."""


def loop_thread() -> LoopThread:
    """Return the thread of this process, started or not.

    By the process id, as uWSGI forks without telling Python (`py-call-osafterfork` is off by default). And without a
    lock: another thread may have held it at the moment of the fork.
    """
    process = os.getpid()
    return _threads.get(process) or _threads.setdefault(process, LoopThread())


def require_threads() -> None:
    """Pass where threads run also between two requests: uWSGI before 2.0.30 has to be asked for that.

    Raises:
        ConfigurationError: they do not.
    """
    if not getattr(sys.modules.get("uwsgi"), "has_threads", True):
        raise ConfigurationError(NO_THREADS)


def _pause() -> None:
    for thread in tuple(_threads.values()):
        thread.pause()


def _go_on() -> None:
    for thread in tuple(_threads.values()):
        thread.go_on()


def _leave_behind() -> None:
    """Forget what was inherited: a process id may come again."""
    _left_behind.extend(_threads.values())
    _threads.clear()


def _at_fork(register: Callable[..., None] | None) -> None:
    if register is not None:  # there are no forks on Windows
        register(before=_pause, after_in_parent=_go_on, after_in_child=_leave_behind)


_at_fork(getattr(os, "register_at_fork", None))  # at import: a fork may come before the first use has ended
