"""Lines of text that are written by a thread of their own, so that nobody waits for whoever reads them."""

import functools
import io
import os
import queue
import select
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TextIO

STALLED_S = 1.0
"""At the end, a reader that takes nothing for so long is no longer waited for."""
GATHER_S = 0.005
"""So long a line may wait for others, which are then written together: waking a thread for each costs more."""
MOST_TOGETHER = 4096
"""Bytes. So many a pipe takes in one piece (`PIPE_BUF`), so that several processes can share one."""
LAST_LINES_S = 10.0
"""At the end, any reader has so long."""

_NOT_YET = b""


class LineWriter:
    """Writes lines to `file` in the order they come.

    What waits to be written is bounded by `max_bytes`; what does not fit is dropped and counted, and `dropped` makes
    the line that says how many are missing, in their place. `failed` hears of every error in writing. Who writes into
    the same file takes the same `turn`.

    The thread writes past the buffer of `file`: Python cannot end while somebody is stuck in that.
    """

    def __init__(
        self,
        file: TextIO,
        *,
        max_bytes: int,
        dropped: Callable[[int], str],
        failed: Callable[[Exception], object],
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        self._write_out = _writer(file)
        self._max_bytes = max_bytes
        self._dropped_line = dropped
        self._failed = failed
        self._turn = nullcontext() if turn is None else turn
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting_bytes = 0
        self._waiting_lines = 0
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="accredit-lines", daemon=True)
        self._thread.start()

    def write(self, line: str) -> bool:
        """Take one line, without its end; never waits. Returns whether there was room for it."""
        data = _encoded(line)
        with self._lock:
            # A line always fits where nothing waits, whatever its length.
            if self._waiting_bytes and self._waiting_bytes + len(data) > self._max_bytes:
                self._dropped += 1
                return False
            self._put(self._told() + data)
            return True

    def close(self) -> int:
        """Write what waits, for as long as it is read, and stop; returns how many lines are lost."""
        with self._lock:
            lost = self._dropped
            if self._dropped:
                self._put(self._told())
            self._queue.put(None)
        deadline, before = time.monotonic() + LAST_LINES_S, -1
        while self._thread.is_alive() and before != self._waiting_lines and time.monotonic() < deadline:
            before = self._waiting_lines
            self._thread.join(STALLED_S)
        return lost + self._waiting_lines if self._thread.is_alive() else lost

    def _told(self) -> bytes:
        """Return the line that says what is missing, empty where nothing is."""
        if not self._dropped:
            return b""
        count, self._dropped = self._dropped, 0
        return _encoded(self._dropped_line(count))

    def _put(self, data: bytes) -> None:
        self._waiting_bytes += len(data)
        self._waiting_lines += 1
        self._queue.put(data)

    def _run(self) -> None:
        following = self._queue.get()
        while following is not None:
            lines, following = self._gather(following)
            data = b"".join(lines)
            try:
                with self._turn:
                    self._write_out(data)
            except (OSError, ValueError) as exc:  # the disk is full, the reader is gone, the file is closed
                for _ in lines:
                    self._failed(exc)
            with self._lock:
                self._waiting_bytes -= len(data)
                self._waiting_lines -= len(lines)
            if following is _NOT_YET:
                time.sleep(GATHER_S)
                following = self._queue.get()

    def _gather(self, first: bytes) -> tuple[list[bytes], bytes | None]:
        """Return the lines to write together, and what follows them: `_NOT_YET` where nothing waits."""
        lines, size = [first], len(first)
        while not self._queue.empty():
            line = self._queue.get()
            if line is None or size + len(line) > MOST_TOGETHER:
                return lines, line
            lines.append(line)
            size += len(line)
        return lines, _NOT_YET


def _encoded(line: str) -> bytes:
    # UTF-8, whatever the terminal's locale: JSON is.
    return f"{line}\n".encode("utf-8", "backslashreplace")


def _writer(file: TextIO) -> Callable[[bytes], object]:
    try:
        number = file.fileno()
    except (OSError, ValueError):  # a file in memory
        return functools.partial(_write_to_memory, file)
    file.flush()
    return functools.partial(_write_to_descriptor, number)


def _write_to_descriptor(number: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(number, data) :]
        except BlockingIOError:  # whoever shares the pipe has made it so
            select.select([], [number], [])


def _write_to_memory(file: TextIO, data: bytes) -> None:
    if isinstance(file, io.TextIOWrapper):
        file.buffer.write(data)
    else:
        file.write(data.decode())
    file.flush()
