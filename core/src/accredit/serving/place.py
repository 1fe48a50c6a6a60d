"""One worker among several: how it is made, and its two lines to the parent."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

_BLOCKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Place:
    """What a worker knows of itself: its number, from 1, and its lines to the parent."""

    number: int
    _ready: int
    parent: int
    """A descriptor that comes to its end when the parent has gone."""

    def tell_ready(self) -> None:
        """Say that requests are served from now on."""
        os.write(self._ready, b"1")
        os.close(self._ready)


@dataclass(slots=True)
class Worker:
    """A worker as its parent sees it. `line` is where it says that it is ready."""

    number: int
    pid: int
    line: int
    started_at: float
    is_ready: bool = False

    def poll(self) -> int | None:
        """Return how it has ended, as `os.waitstatus_to_exitcode` has it: by a signal, below 0. None where it lives."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal. It has not been waited for, so its pid is still its own."""
        os.kill(self.pid, number)

    def close(self) -> None:
        """Let go of the line."""
        os.close(self.line)


def fork_worker(number: int, *, now: float, alive: tuple[int, int], others: Sequence[int]) -> Worker | Place:
    """Fork: return the worker in the parent, and its place in the worker itself.

    `alive` is the pipe of which the parent keeps the writing end open as long as it lives; `others` are descriptors
    that only the parent needs. What is told to stop before it has handlers of its own simply ends.

    Raises:
        OSError: the system has no room for another process, or no file for its line.
    """
    line, ready = os.pipe()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _BLOCKED)
    try:
        pid = _fork(line, ready)
        if pid:
            os.close(ready)
            return Worker(number, pid, line, now)
        signal.set_wakeup_fd(-1)
        for one in (*_BLOCKED, signal.SIGCHLD):
            signal.signal(one, signal.SIG_DFL)
        for descriptor in (line, alive[1], *others):
            os.close(descriptor)
        return Place(number, ready, alive[0])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _fork(*line: int) -> int:
    try:
        return os.fork()
    except OSError:
        for descriptor in line:
            os.close(descriptor)
        raise
