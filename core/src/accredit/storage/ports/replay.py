"""The port for what may be used once."""

from typing import Protocol

KEPT_S = 90_000
"""Seconds beyond their end for which identifiers are kept: a clock may be a day ahead for a while."""


class ReplayStore(Protocol):
    """Remember identifiers until they have expired anyway, with the obligations of all ports."""

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Tell whether `jti` is seen for the first time: exactly one caller is told so, across processes.

        Remembered until `expires_at` (epoch seconds) at least; the caller refuses what has expired. A clock that goes
        back makes nothing new: identifiers are kept for `KEPT_S` beyond, and where any were forgotten, all that
        expire no later than those count as seen (`is_first_use`, `kept_since`).

        Raises:
            StorageFailed: nobody can tell.
        """
