"""How long providers take, from counts of calls in classes of time: these can be added up over workers."""

from bisect import bisect_left
from collections.abc import Mapping

BOUNDS_MS = (5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000)
"""The longest time of each class, in milliseconds; what takes longer is in the last, `+`."""
LONGER = "+"
_NAMES = (*map(str, BOUNDS_MS), LONGER)


def bucket_of(duration_ms: float) -> str:
    """Return the name of the class of a call."""
    return _NAMES[bisect_left(BOUNDS_MS, duration_ms)]


def quantile(counts: Mapping[str, int], share: float) -> str:
    """Return within which time `share` of the calls have ended, such as `≤ 150 ms`; empty where there were none."""
    total = sum(counts.values())
    if not total:
        return ""
    passed = 0
    for name in _NAMES[:-1]:
        passed += counts.get(name, 0)
        if passed >= share * total:
            return f"≤ {name} ms"
    return f"> {BOUNDS_MS[-1]} ms"
