"""Check client secrets: the slow hash once, then a quick comparison with what was right before."""

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from typing import Protocol

_AT_ONCE = 2
"""Slow hashes for all clients together: each takes a thread, a core and 16 MiB."""


class SlowHash(Protocol):
    """The hash of one client's secret; see `accredit.client_secret.SecretHash`."""

    def matches(self, secret: str) -> bool:
        """Tell whether this is the hash of `secret`. Called in a thread."""


class VerifiedSecrets:
    """Know the secrets of the clients that have authenticated since the start, as a MAC under a key of this process.

    At most one for each client of the settings, so it cannot grow. Wrong guesses always cost the slow hash, in a
    thread, one at a time for one client: whoever guesses at one keeps neither the event loop nor the others waiting.
    """

    def __init__(self, hashes: Mapping[str, SlowHash]) -> None:
        self._hashes = hashes
        self._key = secrets.token_bytes(32)
        self._right: dict[str, bytes] = {}
        self._turns = {client_id: asyncio.Lock() for client_id in hashes}
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._flights: dict[tuple[str, bytes], asyncio.Task[bool]] = {}

    async def check(self, client_id: str, secret: str) -> bool:
        """Tell whether this is the client's secret. Callers with the same one share one slow hash."""
        mac = hmac.digest(self._key, secret.encode(), "sha256")
        if hmac.compare_digest(self._right.get(client_id, b""), mac):
            return True
        flight = self._flights.get((client_id, mac))
        if flight is None:
            flight = self._flights[client_id, mac] = asyncio.create_task(self._check_slowly(client_id, secret, mac))
            flight.add_done_callback(lambda _: self._flights.pop((client_id, mac), None))
        # Shielded: one caller that gives up must not take the verdict from the others.
        return await asyncio.shield(flight)

    async def _check_slowly(self, client_id: str, secret: str, mac: bytes) -> bool:
        async with self._turns[client_id], self._slots:
            right = await asyncio.to_thread(self._hashes[client_id].matches, secret)
        if right:
            self._right[client_id] = mac
        return right
