"""Make the limits of an exchange, with what they are counted in."""

from collections.abc import Callable

from accredit.audit.events import AnyEvent
from accredit.limits.limits import Limits
from accredit.settings import LimitSettings


def make_limits(
    settings: LimitSettings,
    *,
    emit: Callable[[AnyEvent], None],
    clock: Callable[[], float],
    monotonic: Callable[[], float],
) -> Limits:
    """Return the limits that the settings state, counted in the memory of this process."""
    if not settings.enabled:
        return Limits.of(settings, None)
    from accredit.limits.memory import CountersInMemory

    return Limits.of(settings, CountersInMemory(emit=emit, clock=clock, monotonic=monotonic))
