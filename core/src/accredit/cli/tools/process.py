"""What commands do with their process: stop when told to, and go on otherwise."""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from accredit.cli.extras import problem_of_extra
from accredit.errors import ConfigurationError


def exit_on_signals(*, runs_until_told: bool = True) -> None:
    """Make SIGTERM and SIGINT (Ctrl-C) a clean exit; a second one ends the process at once.

    Its code is 0 for a command that runs until it is told to stop. One that ends by itself has not done its work then:
    130 or 143, as shells say it of a program that a signal has ended.
    """

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        raise SystemExit(0 if runs_until_told else 128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def stop_without(parent: int) -> None:
    """Stop this process, as by SIGTERM, when the descriptor comes to its end: nobody would look after it any more."""
    import asyncio

    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_reader(parent)
        os.kill(os.getpid(), signal.SIGTERM)

    loop.add_reader(parent, stop)


def outlive_hang_ups() -> None:
    """Say, at a hang-up (SIGHUP) that no terminal sends, that a single process does not read its settings anew."""

    def explain(_number: int, _frame: FrameType | None) -> None:
        with suppress(OSError):
            os.write(2, b"accredit: not reloaded: a single process is restarted; with --workers 2 it can be reloaded\n")

    if os.name == "posix" and not is_in_terminal() and signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, explain)


def is_in_terminal() -> bool:
    """Tell whether a hang-up means that a terminal was closed."""
    try:
        return sys.stdin.isatty()
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False


def require_server(command: str) -> None:
    """Check for what the extra `server` installs.

    Raises:
        ConfigurationError: it is not there.
    """
    if problem := problem_of_extra(f"`accredit {command}`", "server"):
        raise ConfigurationError(problem)
