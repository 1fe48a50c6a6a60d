"""Memory that several processes share: each has a place of its own, which it writes and all can read."""

import mmap
import struct
import zlib

PLACE_BYTES = 1_048_576
"""Of one worker. The system gives memory only to what was written."""
_HEAD = struct.Struct("<II")  # length and checksum
_GONE = (0, 1)


class Board:
    """Places of so many `workers`, with numbers from 1. Made before the fork; it ends with the last process.

    Nobody waits for anybody. Who reads while another writes sees by the checksum that it is no whole, and goes on with
    what it has read before.
    """

    def __init__(self, workers: int) -> None:
        self._memory = mmap.mmap(-1, workers * PLACE_BYTES)
        self.workers = workers
        self._last: dict[int, bytes] = {}

    def write(self, number: int, written: bytes) -> bool:
        """Put it in the place of a worker; tells by False that it is too long, and nothing has changed."""
        if len(written) > PLACE_BYTES - _HEAD.size:
            return False
        start = (number - 1) * PLACE_BYTES
        self._memory[start + _HEAD.size : start + _HEAD.size + len(written)] = written
        self._memory[start : start + _HEAD.size] = _HEAD.pack(len(written), zlib.crc32(written))
        return True

    def clear(self, number: int) -> None:
        """Forget a worker that has ended."""
        start = (number - 1) * PLACE_BYTES
        self._memory[start : start + _HEAD.size] = _HEAD.pack(*_GONE)

    def read(self, number: int) -> bytes:
        """Return what was written last in the place of a worker; empty where nothing was yet, or it has ended."""
        start = (number - 1) * PLACE_BYTES
        length, checksum = _HEAD.unpack(self._memory[start : start + _HEAD.size])
        if (length, checksum) == _GONE:
            self._last.pop(number, None)
        written = self._memory[start + _HEAD.size : start + _HEAD.size + min(length, PLACE_BYTES)]
        if length and zlib.crc32(written) == checksum:
            self._last[number] = written
        return self._last.get(number, b"")
