"""A cache in the memory of one process."""

import secrets
import time
from collections.abc import Callable

from accredit.cache.kept import Kept
from accredit.models import Verification


class MemoryCache:
    """Keep verifications in this process, about `max_bytes` of them in all, for one event loop.

    `clock` returns seconds of a monotonic clock.
    """

    def __init__(self, *, max_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: Kept[Verification] = Kept(max_bytes=max_bytes, clock=clock)
        self._hmac_key = secrets.token_bytes(32)

    @property
    def hmac_key(self) -> bytes:
        """The secret of this process, made anew in each."""
        return self._hmac_key

    async def get(self, key: bytes) -> Verification | None:
        """Return what was kept under `key`, unless its time has passed."""
        return self._kept.get(key)

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        """Keep it, and let go of the oldest where there is no room; what would take a quarter of it is not kept."""
        self._kept.put(key, verification, ttl_s=ttl_s, size_bytes=size_bytes)

    async def forget(self, key: bytes) -> None:
        """Let go of it, if it is there."""
        self._kept.forget(key)

    def __len__(self) -> int:
        return len(self._kept)
