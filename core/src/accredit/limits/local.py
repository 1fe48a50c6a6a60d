"""Counters in memory: of this process, or of the machine, shared by its workers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Union

from accredit.audit.events import AnyEvent
from accredit.limits.counters import Counters, Reached
from accredit.limits.limit import Counted

if TYPE_CHECKING:  # each process needs one of them
    from accredit.limits.memory import BoundedMemory
    from accredit.limits.together import TalliedMemory

Memory = Union["BoundedMemory", "TalliedMemory"]
"""What a call is counted in by one visit."""


class LocalCounters(Counters):
    """Count in `memory`. Where another worker keeps that too long, nothing is refused, and operators are told."""

    def __init__(
        self,
        memory: Memory,
        *,
        emit: Callable[[AnyEvent], None],
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        super().__init__(memory, emit=emit, clock=clock, monotonic=monotonic)
        self._memory = memory

    async def _reached(self, attempts: Counted, calls: Counted) -> Reached | None:
        try:
            return self._memory.reached(attempts, calls)
        except TimeoutError as exc:
            self._tell(exc)
            return None
