"""What nodes share, by the settings."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from accredit.settings import CacheSettings

if TYPE_CHECKING:  # who shares nothing imports nothing of it
    from accredit.cache.redis.state import SharedState


def make_shared(
    settings: CacheSettings,
    *,
    clock: Callable[[], float],
    monotonic: Callable[[], float],
    report: Callable[[str, str], None],
) -> "SharedState | None":
    """Return what nodes share, not yet open; None where each process has its own.

    Raises:
        ConfigurationError: what goes there is not installed, or a file is missing.
    """
    if (place := settings.place) is None:
        return None
    from accredit.cache.redis.state import SharedState

    return SharedState(settings, place, clock=clock, monotonic=monotonic, report=report)
