"""Counters in memory that the workers of one machine share, so that a limit holds for all of them together.

The parent makes it before it forks. It has a table for each kind of counter: places in buckets, found by a hash that is
keyed at random, so that nobody can choose whose place he takes. Where a bucket is full, whoever's window ends first
goes.
"""

import fcntl
import hashlib
import mmap
import secrets
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

RATES = (
    "address",
    "client",
    "connection",
    "subject",
    "failed_attempts",
    "failed_attempts_by_address",
    "failed_attempts_by_token",
)
"""The limits there are."""
_KINDS = {name: number for number, name in enumerate((*RATES, *(f"told_{name}" for name in RATES)))}
"""What is counted: by each limit, and of what it was told that there is too much."""
_PLACE = struct.Struct("=16sQd")
"""Whose counter it is, how many, and when its window ends, by the machine's monotonic clock."""
_BUCKET_BYTES = 32 * _PLACE.size
_BUCKETS = 1024
_TABLE_BYTES = _BUCKETS * _BUCKET_BYTES
"""1 MiB for 32,768 counters of one kind, taken from the system as it is used."""
_PATIENCE_S = 0.1
_NAP_S = 0.0001


class Tally:
    """Count across processes that are forked from this one. Each uses it in one thread."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, len(_KINDS) * _TABLE_BYTES)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as anybody counts
        self._key = secrets.token_bytes(16)

    def close(self) -> None:
        """Let go of it here; others go on."""
        self._file.close()
        self._memory.close()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep the others out, for the microseconds that a count takes. The kernel lets them in if this process ends.

        Raises:
            TimeoutError: somebody was stopped in the middle of a count.
        """
        given_up_at = time.monotonic() + _PATIENCE_S
        while True:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= given_up_at:
                    raise TimeoutError("another worker is stopped while it counts") from None
                time.sleep(_NAP_S)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)

    def get(self, kind: str, key: str) -> tuple[int, float] | None:
        """Return how many were counted, and when the window ends; None where nobody has counted."""
        digest, bucket = self._find(kind, key)
        place = self._place_of(digest, bucket)
        if place is None:
            return None
        _, count, ends_at = _PLACE.unpack_from(self._memory, place)
        return count, ends_at

    def count(self, kind: str, key: str, window_s: float, *, now: float, amount: int = 1) -> int:
        """Count, in a window that begins with the first, and return how many there are."""
        digest, bucket = self._find(kind, key)
        place = self._place_of(digest, bucket)
        total, ends_at = amount, now + window_s
        if place is None:
            place = self._first_to_end(bucket)
        else:
            _, count, until = _PLACE.unpack_from(self._memory, place)
            if until > now:
                total, ends_at = count + amount, until
        _PLACE.pack_into(self._memory, place, digest, total, ends_at)
        return total

    def forget(self, kind: str, key: str) -> None:
        """Forget one."""
        digest, bucket = self._find(kind, key)
        place = self._place_of(digest, bucket)
        if place is not None:
            _PLACE.pack_into(self._memory, place, bytes(16), 0, 0.0)

    def _find(self, kind: str, key: str) -> tuple[bytes, int]:
        """Return the name of a counter, and where its bucket begins."""
        digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).digest()
        return digest, _KINDS[kind] * _TABLE_BYTES + int.from_bytes(digest[:4]) % _BUCKETS * _BUCKET_BYTES

    def _place_of(self, digest: bytes, bucket: int) -> int | None:
        place = self._memory.find(digest, bucket, bucket + _BUCKET_BYTES)
        return None if place < 0 else place

    def _first_to_end(self, bucket: int) -> int:
        """Return the place whose window ends first: one that nobody has, where there is one."""
        ends = [end for _, _, end in _PLACE.iter_unpack(self._memory[bucket : bucket + _BUCKET_BYTES])]
        return bucket + ends.index(min(ends)) * _PLACE.size
