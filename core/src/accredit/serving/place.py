"""One worker among several: how it is made, and its two lines to the parent."""

import os
import signal
import socket
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
    generation: int = 0
    """How often settings had been read anew before it was made."""
    listener: int | None = None
    """The descriptor of a socket that another worker has listened at; None for who opens one."""

    def tell_ready(self, listener: socket.socket | None = None) -> None:
        """Say that requests are served from now on; `listener` is one that another worker may go on with."""
        with socket.socket(fileno=self._ready) as line:
            if listener is None:
                line.send(b"1")
            else:
                socket.send_fds(line, [b"1"], [listener.fileno()])


@dataclass(slots=True)
class Worker:
    """A worker as its parent sees it. `line` is where it says that it is ready."""

    number: int
    pid: int
    line: int
    started_at: float
    generation: int = 0
    listener: int | None = None
    """Our copy of the socket at which it listens: who takes its place goes on with it, and nobody is refused."""
    is_ready: bool = False

    def hear(self) -> None:
        """Read the one thing that it says: that it is ready. The line ends without it where it cannot start."""
        with socket.socket(fileno=os.dup(self.line)) as line:
            said, listeners, *_ = socket.recv_fds(line, 1, 1)
        self.is_ready = said != b""
        for listener in listeners:
            os.set_inheritable(listener, False)  # noqa: FBT003 - it takes no names
            self.give_up_listener()
            self.listener = listener

    def poll(self) -> int | None:
        """Return how it has ended, as `os.waitstatus_to_exitcode` has it: by a signal, below 0. None where it lives."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal. It has not been waited for, so its pid is still its own."""
        os.kill(self.pid, number)

    def give_up_listener(self) -> None:
        """Let nobody go on with its socket: once it has ended, the kernel leads nobody there any more."""
        if self.listener is not None:
            os.close(self.listener)
            self.listener = None

    def close(self) -> None:
        """Let go of the line."""
        os.close(self.line)

    @property
    def descriptors(self) -> list[int]:
        """What a process that was forked closes."""
        return [self.line] if self.listener is None else [self.line, self.listener]


def fork_worker(
    number: int,
    *,
    now: float,
    alive: tuple[int, int],
    others: Sequence[int],
    generation: int = 0,
    listener: int | None = None,
) -> Worker | Place:
    """Fork: return the worker in the parent, and its place in the worker itself.

    `alive` is the pipe of which the parent keeps the writing end open as long as it lives; `others` are descriptors
    that only the parent needs; `listener` is one for both. What is told to stop before it has handlers of its own
    simply ends; a hang-up is the parent's affair.

    Raises:
        OSError: the system has no room for another process, or no file for its line.
    """
    line, ready = (one.detach() for one in socket.socketpair())
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _BLOCKED)
    try:
        pid = _fork(line, ready)
        if pid:
            os.close(ready)
            return Worker(number, pid, line, now, generation, listener)
        signal.set_wakeup_fd(-1)
        for one in (*_BLOCKED, signal.SIGCHLD):
            signal.signal(one, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        for descriptor in (line, alive[1], *others):
            os.close(descriptor)
        return Place(number, ready, alive[0], generation, listener)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _fork(*line: int) -> int:
    try:
        return os.fork()
    except OSError:
        for descriptor in line:
            os.close(descriptor)
        raise
