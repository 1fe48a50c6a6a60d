"""When a worker that has ended is replaced, and when there is no use in it."""

STEADY_S = 10.0
"""A worker that has lived for so long is replaced at once; one that ends sooner, ever later."""
FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 30.0
MOST_FAILED_STARTS = 5
"""So many in a row that never came to serve are enough, where nobody else serves either."""


class Delays:
    """What is remembered of the workers under each number."""

    def __init__(self) -> None:
        self._quick_ends: dict[int, int] = {}
        self._failed_starts: dict[int, int] = {}

    def after(self, number: int, *, lived_s: float, has_served: bool, was_asked: bool) -> float:
        """Return in how many seconds the next one is to be started.

        `was_asked`: it has ended without a fault, such as by a SIGTERM of an operator's.
        """
        self._failed_starts[number] = 0 if has_served else self._failed_starts.get(number, 0) + 1
        if was_asked or lived_s >= STEADY_S:
            self._quick_ends[number] = 0
            return 0.0
        ends = self._quick_ends[number] = self._quick_ends.get(number, 0) + 1
        return float(min(FIRST_DELAY_S * 2 ** min(ends - 1, 20), LONGEST_DELAY_S))

    def is_hopeless(self, number: int) -> bool:
        """Tell whether enough of them could not start."""
        return self._failed_starts.get(number, 0) >= MOST_FAILED_STARTS
