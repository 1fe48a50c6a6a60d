"""Sockets that the service manager has opened, and hands over: they outlive this process, so a restart refuses nobody.

Source: sd_listen_fds(3).
"""

import os
import socket
from collections.abc import MutableMapping
from contextlib import ExitStack

from accredit.errors import ConfigurationError

METRICS = "metrics"
"""The name of a socket (`FileDescriptorName=`) that is for metrics."""
_FIRST = 3
_VARIABLES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


class HandedOver:
    """The sockets that this process was started with, in their order; no other process sees the variables again.

    Raises:
        ConfigurationError: one of them is none that can be served at.
    """

    def __init__(self, environment: MutableMapping[str, str] = os.environ, *, first: int = _FIRST) -> None:
        pid, count, names = (environment.pop(name, "") for name in _VARIABLES)
        self.serving: list[socket.socket] = []
        self.metrics: socket.socket | None = None
        if pid != str(os.getpid()) or not count.isdecimal():  # they are for somebody else: a shell around us, say
            return
        named = dict(enumerate(names.split(":"), first))
        with ExitStack() as taken:
            for descriptor in range(first, first + int(count)):
                handed = taken.enter_context(_listening(descriptor))
                if named.get(descriptor) != METRICS:
                    self.serving.append(handed)
                elif self.metrics is None:
                    self.metrics = handed
                else:
                    raise ConfigurationError("LISTEN_FDNAMES: two sockets are named metrics; hand over one")
            taken.pop_all()


def _listening(descriptor: int) -> socket.socket:
    found = None
    try:
        found = socket.socket(fileno=descriptor)
        is_good = found.type == socket.SOCK_STREAM and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError:
        is_good = False
    if found is None or not is_good:
        if found is not None:
            found.close()
        raise ConfigurationError(
            f"LISTEN_FDS: descriptor {descriptor} is no listening stream socket: "
            "use ListenStream= and Accept=no in the socket unit"
        )
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - it takes no names
    if found.family != socket.AF_UNIX:
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # see `open_listener`
    return found
