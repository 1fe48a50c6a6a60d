"""What the service manager is told: ready, reloading, stopping, alive. Source: sd_notify(3), systemd.service(5)."""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

_PINGS = 2
"""So many signs of life in the time after which one is missed."""


class Supervisor:
    """Whoever has started this process and wants to hear of it: nobody, where `NOTIFY_SOCKET` is not set."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            self._address = f"\0{self._address[1:]}"
        self.ping_s = _watchdog_s(environment) if self._address else None
        """How often it wants a sign of life, in seconds; None for never."""

    def ready(self) -> None:
        """Say that requests are served."""
        self._tell("READY=1")

    def reloading(self) -> None:
        """Say that settings are read anew; `ready` says when that is over, whatever came of it."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Say that this is the end."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """Give a sign of life."""
        self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:  # nobody listens any more
            line.settimeout(0)
            line.sendto(state.encode(), self._address)


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(microseconds) / 1e6 / _PINGS or None  # 0 asks for none
