"""What can be read of a running exchange at any moment, beside the events, which tell what has happened."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol


class Reading(NamedTuple):
    """One number, under a stable name: a level of this moment, or a count since the start where the name ends in `s`
    of something done. `connection` is empty where it is of no single one."""

    name: str
    value: float
    connection: str = ""


class Readings(Protocol):
    """Reads what there is to read. It holds the exchange: who keeps one for long keeps it weakly."""

    def __call__(self) -> Iterable[Reading]:
        """Return the readings of this moment; costs microseconds, waits for nobody, and may be called in any thread."""
