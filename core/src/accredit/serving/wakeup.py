"""Signals as something to wait for beside files, for a process that has no event loop."""

import os
import signal
from collections.abc import Iterable
from types import FrameType


class Wakeup:
    """A pipe that gets a byte for each of `numbers` that arrives, from now on: its number."""

    def __init__(self, numbers: Iterable[signal.Signals]) -> None:
        self._reader, self._writer = os.pipe()
        for descriptor in self.descriptors:
            os.set_blocking(descriptor, False)
        for number in numbers:
            signal.signal(number, _noted)
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)

    @property
    def descriptors(self) -> tuple[int, int]:
        """Both ends; a process that was forked closes them."""
        return self._reader, self._writer

    def fileno(self) -> int:
        """Return the end to wait for."""
        return self._reader

    def arrived(self) -> list[int]:
        """Return which signals have arrived since the last time."""
        try:
            return list(os.read(self._reader, 1024))
        except BlockingIOError:
            return []


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the interpreter has written the number by then."""
