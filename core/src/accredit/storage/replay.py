"""The port for what may be used once."""

from typing import Protocol


class ReplayStore(Protocol):
    """Remember identifiers until they have expired anyway."""

    async def first_use(self, jti: str, expires_at: int) -> bool:
        """Tell whether `jti` is seen for the first time: exactly one caller is told so, across processes.

        Remembered until `expires_at` (epoch seconds) at least; the caller refuses what has expired.

        Raises:
            StorageFailed: nobody can tell.
        """
