"""Make the limits of an exchange, with what they are counted in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from accredit.audit.events import AnyEvent
from accredit.limits.limits import Limits
from accredit.settings import LimitSettings

if TYPE_CHECKING:  # who shares nothing imports nothing of it
    from accredit.cache.redis.windows import RedisWindows
    from accredit.limits.local import Memory
    from accredit.limits.tally import Tally


def make_limits(
    settings: LimitSettings,
    *,
    emit: Callable[[AnyEvent], None],
    clock: Callable[[], float],
    monotonic: Callable[[], float],
    windows: "RedisWindows | None" = None,
    tally: "Tally | None" = None,
) -> Limits:
    """Return the limits that the settings state.

    Counted in `windows`; without them, or while those are away, in `tally`, or else in the memory of this process.
    """
    if not settings.enabled:
        return Limits.of(settings, None)
    memory = _memory(tally, clock, monotonic)
    if windows is not None:
        from accredit.limits.shared import SharedCounters

        return Limits.of(settings, SharedCounters(windows, memory, emit=emit, clock=clock, monotonic=monotonic))
    from accredit.limits.local import LocalCounters

    return Limits.of(settings, LocalCounters(memory, emit=emit, clock=clock, monotonic=monotonic))


def _memory(tally: "Tally | None", clock: Callable[[], float], monotonic: Callable[[], float]) -> "Memory":
    if tally is not None:
        from accredit.limits.together import TalliedMemory

        return TalliedMemory(tally, clock=clock, monotonic=monotonic)
    from accredit.limits.memory import BoundedMemory

    return BoundedMemory(clock=clock, monotonic=monotonic)
