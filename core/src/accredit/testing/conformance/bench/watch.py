"""Notice what code does behind everybody's back: files, sockets, processes, threads, tasks, descriptors.

The whole process is watched, because a thread that a strategy starts is as much its doing as the rest. A check that
watches keeps its own input and output out of the block.
"""

import asyncio
import functools
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

READS = ("open", "os.listdir", "os.scandir", "glob.glob")
WAYS_OUT = (
    *("socket.__new__", "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"),
    *("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.gethostname"),
    *("http.client.connect", "urllib.Request", "ftplib.connect", "smtplib.connect", "poplib.connect", "imaplib.open"),
    *("telnetlib.Telnet.open", "syslog.openlog", "syslog.syslog", "webbrowser.open", "sqlite3.connect"),
    *("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn"),
    *("os.putenv", "os.unsetenv", "os.chdir", "os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink"),
    *("os.truncate", "shutil.copyfile", "shutil.move", "tempfile.mkstemp", "tempfile.mkdtemp", "mmap.__new__"),
    *("ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function", "signal.pthread_kill", "os.kill"),
    *("os.rmdir", "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr", "sys.settrace"),
)
THREADS = ("_thread.start_new_thread", "_thread.start_joinable_thread")
IO = (*READS, *WAYS_OUT, *THREADS)
"""Audit events of input and output, and of the threads that could do it later.

Source: the Python documentation's audit events table.
"""
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC

_watches: list[tuple[frozenset[str], list[str]]] = []


@contextmanager
def watch(*events: str) -> Iterator[list[str]]:
    """Collect which of these audit events any thread raises in the block. Source: PEP 578.

    A file that is opened to be written is told as `open for writing`.
    """
    _install()
    seen: list[str] = []
    mine = (frozenset(events), seen)
    _watches.append(mine)
    try:
        with _thread_starts():
            yield seen
    finally:
        _watches.remove(mine)


@contextmanager
def _thread_starts() -> Iterator[None]:
    """Tell of threads in the block where Python itself does not: 3.11 has no audit event for them."""
    if sys.version_info >= (3, 12):
        yield
        return
    start = threading.Thread.start

    def told(self: threading.Thread) -> None:
        _on_event(THREADS[0], ())
        start(self)

    setattr(threading.Thread, "start", told)  # noqa: B010 - mypy takes an assignment for a mistake
    try:
        yield
    finally:
        setattr(threading.Thread, "start", start)  # noqa: B010 - as above


@functools.cache
def _install() -> None:
    """Add the hook once: it can never be taken away again, and does next to nothing while nobody watches."""
    sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watches:
        return
    for events, seen in tuple(_watches):
        if event in events:
            seen.append(_told(event, arguments))


def _told(event: str, arguments: tuple[Any, ...]) -> str:
    if event == "open" and len(arguments) == 3:  # path, mode, flags
        _, mode, flags = arguments
        writes = isinstance(flags, int) and flags & _WRITES
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")):
            return "open for writing"
    return event


@contextmanager
def descriptors() -> Iterator[list[str]]:
    """Collect what reaches the descriptors 1 and 2, whoever writes it; the list is filled when the block ends."""
    said: list[str] = []
    with tempfile.TemporaryFile() as caught:
        _flush()
        kept = {number: os.dup(number) for number in (1, 2)}
        for number in kept:
            os.dup2(caught.fileno(), number)
        try:
            yield said
        finally:
            _flush()
            for number, copy in kept.items():
                os.dup2(copy, number)
                os.close(copy)
            caught.seek(0)
            said.append(caught.read().decode("utf-8", "replace"))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()


@contextmanager
def left_behind() -> Iterator[Callable[[], list[str]]]:
    """Yield a function that names the threads and tasks which were begun in the block and still run."""
    loop = asyncio.get_running_loop()
    threads, begun = set(threading.enumerate()), set(asyncio.all_tasks(loop))

    def still() -> list[str]:
        tasks = [task for task in asyncio.all_tasks(loop) - begun if task is not asyncio.current_task()]
        # The loop's own: it closes a generator that anybody has left unfinished, whenever garbage is collected.
        tasks = [task for task in tasks if type(task.get_coro()).__name__ != "async_generator_athrow"]
        named = [f"task {getattr(task.get_coro(), '__qualname__', task.get_name())}" for task in tasks]
        return named + [f"thread {thread.name}" for thread in set(threading.enumerate()) - threads]

    yield still
