"""A connection's share of what waits for providers."""

from accredit.errors import ConnectionBusy


class Bulkhead:
    """Let `most` in at once; whoever comes then is refused, rather than kept waiting for those who wait."""

    def __init__(self, most: int) -> None:
        self.in_flight = 0
        self.refused = 0
        """How many since the start."""
        self._most = most

    def enter(self) -> None:
        """Take a place, which `leave` gives back.

        Raises:
            ConnectionBusy: there is none.
        """
        if self.in_flight >= self._most:
            self.refused += 1
            raise ConnectionBusy(self._most)
        self.in_flight += 1

    def leave(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
