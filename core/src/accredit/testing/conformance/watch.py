"""Notice what code does behind everybody's back: files, sockets, processes."""

import functools
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

IO = ("open", "os.listdir", "os.putenv", "os.system", "socket.connect", "socket.getaddrinfo", "subprocess.Popen")
"""Audit events of input and output. Source: the Python documentation's audit events table."""

_watches: dict[int, tuple[tuple[str, ...], list[str]]] = {}


@contextmanager
def watch(*events: str) -> Iterator[list[str]]:
    """Collect which of these audit events this thread raises in the block. Source: PEP 578."""
    _install()
    seen: list[str] = []
    _watches[threading.get_ident()] = events, seen
    try:
        yield seen
    finally:
        del _watches[threading.get_ident()]


@functools.cache
def _install() -> None:
    """Add the hook once: it can never be taken away again, and does next to nothing while nobody watches."""
    sys.addaudithook(_on_event)


def _on_event(event: str, _: tuple[Any, ...]) -> None:
    if _watches and (watched := _watches.get(threading.get_ident())) is not None and event in watched[0]:
        watched[1].append(event)
