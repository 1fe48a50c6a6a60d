"""What was used before, also by a clock that was wrong for a while."""

from accredit.storage.ports.replay import KEPT_S


def is_first_use(*, known_until: int | None, expires_at: int, forgotten_until: int, now: float) -> bool:
    """Tell whether an identifier that ends at `expires_at` is new. All times are epoch seconds.

    `known_until`: when the same identifier ends that is kept, None where none is. `forgotten_until`: when the last
    of those ended that are not kept any more; it may have been one of them.
    """
    return (known_until is None or known_until <= now) and expires_at > forgotten_until


def kept_since(now: float) -> float:
    """Return the time up to which identifiers may have ended to be forgotten."""
    return now - KEPT_S
