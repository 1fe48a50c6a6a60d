"""What a storage may tell of its work, for metrics."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


@runtime_checkable
class Measured(Protocol):
    """A storage that can say how busy it is. Not asked of every storage."""

    def measured(self) -> Mapping[str, float]:
        """Return `queue`, how many changes wait now; `commits` and `changes`, how many there were since the start.

        Costs microseconds, and may be called in any thread.
        """
