"""Grants in memory, for tests and demonstrations: gone with the process."""

from accredit.storage.grants import Grant


class MemoryGrants:
    """Keep grants in a dictionary, by hash."""

    def __init__(self) -> None:
        self.grants: dict[str, Grant] = {}

    async def open(self) -> None:
        """Do nothing."""

    async def add(self, grant: Grant) -> None:
        """Keep one grant."""
        self.grants[grant.token_hash] = grant

    async def close(self) -> None:
        """Do nothing."""
