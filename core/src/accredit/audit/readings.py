"""What can be read of a running exchange at any moment, beside the events, which tell what has happened."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, runtime_checkable

from accredit.storage import Commit


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


@runtime_checkable
class WatchesCommits(Protocol):
    """Readings that also tell of each commit of the storage, where it says so."""

    def watch_commits(self, heard: Callable[[Commit], object], *, mark: Callable[[], object] | None = None) -> None:
        """Watch them, as `accredit.storage.Watched` says."""
