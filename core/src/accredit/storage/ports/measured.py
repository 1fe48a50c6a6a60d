"""What a storage may tell of its work, for metrics and traces."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol, runtime_checkable


@runtime_checkable
class Measured(Protocol):
    """A storage that can say how busy it is. Not asked of every storage."""

    def measured(self) -> Mapping[str, float]:
        """Return `queue`, how many changes wait now; `commits` and `changes`, how many there were since the start.

        Where there is a pool of connections also `pool_size`, how many there are, and `pool_in_use`. Costs
        microseconds, and may be called in any thread.
        """


class Commit(NamedTuple):
    """One transaction that was committed, from its begin to its end on disk."""

    began: float
    """When, in seconds of `time.perf_counter`."""
    duration_s: float
    changes: int
    system: str
    """What stores, as OpenTelemetry calls it: `sqlite`, `postgresql`."""
    marks: tuple[object, ...] = ()
    """Of those whose changes are in it; see `Watched`."""


@runtime_checkable
class Watched(Protocol):
    """A storage that tells of each of its commits. Not asked of every storage."""

    def watch_commits(self, heard: Callable[[Commit], object], *, mark: Callable[[], object] | None = None) -> None:
        """Call `heard` after each commit, from when this is opened, in any thread.

        It is quick, and what it raises is ignored. `mark` is called in the context of each change that is asked for:
        what it returns is in `Commit.marks`. There is one at most.
        """
