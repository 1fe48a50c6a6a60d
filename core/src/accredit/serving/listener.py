"""The listening socket of everything that serves."""

import socket


def open_listener(host: str, port: int, family: int = socket.AF_INET) -> socket.socket:
    """Return a listening TCP socket; port 0 takes a free one.

    The connections it accepts send what they have at once. Without that, the body of an answer, which is written after
    its head, waits for the client's acknowledgement: 40 ms for each request on a kept connection. Of the event loops
    only uvloop would see to it by itself; asyncio's does not for a socket that `socket.create_server` has made.

    Raises:
        OSError: the address is taken, or is none of ours.
    """
    listener = socket.create_server((host, port), family=family)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
    return listener
