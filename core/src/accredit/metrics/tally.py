"""Counts that every login adds to: as plain numbers, which cost a tenth of a counter, until somebody asks."""

from collections import Counter as Numbers

from prometheus_client import Counter


class Tally(Numbers[tuple[str, ...]]):
    """So many of each, by values of labels. `write` takes them over into `counter`."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self.counter = counter
        self._written: Numbers[tuple[str, ...]] = Numbers()

    def write(self) -> None:
        """Add to the counter what has come since the last time."""
        for values, count in list(self.items()):
            self.counter.labels(*values).inc(count - self._written[values])
            self._written[values] = count
