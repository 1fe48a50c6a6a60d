"""Listen where somebody says, and say what is wrong with that."""

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from accredit.errors import ConfigurationError
from accredit.serving.listener import open_listener


def listen(host: str, port: int, *, options: str) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. `options` are those of the command that change the address.

    Raises:
        ConfigurationError: the address is taken, or is none of ours.
    """
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return open_listener(host, port, family)
    except UnicodeError:  # what no resolver would be asked for, such as `a..b`
        cause = "no host name"
    except socket.gaierror as exc:
        cause = exc.strerror or "no such host"
    except OSError as exc:
        cause = os.strerror(exc.errno or 0)  # `strerror` of create_server repeats the address
    raise ConfigurationError(f"cannot listen on {host} port {port}: {cause}; change {options}")


@contextmanager
def listening(handed: Sequence[socket.socket], host: str, port: int, *, options: str) -> Iterator[list[socket.socket]]:
    """Listen while the block runs: at the sockets that were `handed` over, or at an address.

    Raises:
        ConfigurationError: as `listen` does.
    """
    with ExitStack() as stack:
        if handed:
            yield [stack.enter_context(one) for one in handed]
        else:
            yield [stack.enter_context(listen(host, port, options=options))]
