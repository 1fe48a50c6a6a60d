"""The listening socket of everything that serves."""

import socket


def open_listener(host: str, port: int, family: int = socket.AF_INET, *, is_shared: bool = False) -> socket.socket:
    """Return a listening TCP socket; port 0 takes a free one. `is_shared`: others of this user may listen there too.

    The connections it accepts send what they have at once. Without that, the body of an answer, which is written after
    its head, waits for the client's acknowledgement: 40 ms for each request on a kept connection. Of the event loops
    only uvloop would see to it by itself; asyncio's does not for a socket that `socket.create_server` has made.

    Raises:
        OSError: the address is taken, or is none of ours.
    """
    listener = socket.create_server((host, port), family=family, reuse_port=is_shared)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the base URL of a listening socket, or `unix:` and the path of a Unix socket."""
    if listener.family == getattr(socket, "AF_UNIX", None):  # Windows has none
        return f"unix:{listener.getsockname()}"
    return url_at(*listener.getsockname()[:2])


def url_at(host: str, port: int) -> str:
    """Return the base URL of an address."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class SharedAddress:
    """The address of `listener`, kept for this process and those that are forked from it, each with a listener there.

    Linux hands connections to them in equal shares; from one listener that all have, whoever wakes first takes whatever
    is there. Nobody else could have the address when `listener` was opened, which is closed here.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._family, address = listener.family, listener.getsockname()
        self.host, self.port = address[:2]
        listener.close()
        self._kept = socket.socket(self._family)
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._kept.bind(address)
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # or others could have it while nobody listens

    @property
    def url(self) -> str:
        """The base URL."""
        return url_at(self.host, self.port)

    def listen(self, inherited: int | None = None) -> socket.socket:
        """Return a listener of this process's own; or go on with the one of another, by its descriptor."""
        if inherited is not None:
            return socket.socket(fileno=inherited)
        return open_listener(self.host, self.port, self._family, is_shared=True)
