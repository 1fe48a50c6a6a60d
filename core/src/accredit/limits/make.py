"""Make the limits of an exchange, with what they are counted in."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from accredit.audit.events import AnyEvent
from accredit.limits.limits import Limits
from accredit.settings import LimitSettings

if TYPE_CHECKING:  # who shares nothing imports nothing of it
    from accredit.cache.redis.windows import RedisWindows
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
    """Return the limits that the settings state, counted in `windows`, in `tally`, or in the memory of this process."""
    if not settings.enabled:
        return Limits.of(settings, None)
    if windows is not None:
        from accredit.limits.shared import SharedCounters

        return Limits.of(settings, SharedCounters(windows, emit=emit, clock=clock, monotonic=monotonic))
    if tally is not None:
        from accredit.limits.together import CountersTogether

        return Limits.of(settings, CountersTogether(tally, emit=emit, clock=clock, monotonic=monotonic))
    from accredit.limits.memory import CountersInMemory

    return Limits.of(settings, CountersInMemory(emit=emit, clock=clock, monotonic=monotonic))
