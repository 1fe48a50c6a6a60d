"""What commands that serve do with their process: listen, and stop when told to."""

import os
import signal
import socket
from types import FrameType
from typing import NoReturn

from accredit.cli.extras import problem_of_extra
from accredit.errors import ConfigurationError
from accredit.serving.listener import open_listener, url_at


def exit_on_signals() -> None:
    """Make SIGTERM and SIGINT (Ctrl-C) a clean exit, code 0; a second one ends the process at once."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _exit)


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    raise SystemExit(0)


def stop_without(parent: int) -> None:
    """Stop this process, as by SIGTERM, when the descriptor comes to its end: nobody would look after it any more."""
    import asyncio

    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(parent)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(parent, stop)


def require_server(command: str) -> None:
    """Check for what the extra `server` installs.

    Raises:
        ConfigurationError: it is not there.
    """
    if problem := problem_of_extra(f"`accredit {command}`", "server"):
        raise ConfigurationError(problem)


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


def url_of(listener: socket.socket) -> str:
    """Return the base URL of a listening socket."""
    return url_at(*listener.getsockname()[:2])
