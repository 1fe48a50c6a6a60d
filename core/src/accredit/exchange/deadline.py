"""How long a login or a refresh may take as a whole: calls, hooks and storage share one deadline."""

from types import TracebackType

from accredit._guard import interrupted_place
from accredit.errors import ExchangeError, PluginFailed, ProviderUnavailable, StorageFailed
from accredit.provider.time_limit import Block, TimeLimit

STORAGE_TIMEOUT_S = 6.0
"""For so long a write that has begun is waited for, whatever the deadline: longer than SQLite waits for a lock."""


class Deadlines:
    """The deadlines of one engine: each exchange has its own, and all of them two timers."""

    def __init__(self, timeout_s: float) -> None:
        self._whole = TimeLimit(timeout_s)
        self._storing = TimeLimit(STORAGE_TIMEOUT_S)

    def begin(self) -> "Deadline":
        """Return the deadline of an exchange that begins now."""
        return Deadline(self._whole, self._storing)


class Deadline(Block):
    """End the block in time, with the error of whom it was waiting for.

    A write that is handed to the storage cannot be called back. So once `store` was called nothing is cut off for
    `STORAGE_TIMEOUT_S`: who is refused must not find a row all the same. Beyond that the row may land: it is one of a
    token that nobody has got, while no token ever leaves without its row.

    Raises:
        ProviderUnavailable: the strategy was waited for.
        PluginFailed: a hook was.
        StorageFailed: the storage was.
    """

    __slots__ = ("_is_storing", "_storing")

    def __init__(self, whole: TimeLimit, storing: TimeLimit) -> None:
        super().__init__(whole)
        self._storing = storing
        self._is_storing = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, traceback)
        except TimeoutError:
            raise _error_of(interrupted_place(error)) from None

    def store(self) -> None:
        """Say that writes begin. The first time counts.

        Raises:
            StorageFailed: it is too late.
        """
        if self.is_overdue:
            raise StorageFailed("the deadline has passed before anything was stored")
        if not self._is_storing:
            self._is_storing = True
            self.extend(self._storing)


def _error_of(place: str | None) -> ExchangeError:
    if place in {"verify", "read_notice"}:
        return ProviderUnavailable("the exchange's deadline has passed")
    if place is not None:
        return PluginFailed(f"{place}: the exchange's deadline has passed")
    return StorageFailed("the exchange's deadline has passed, waiting for the storage")
