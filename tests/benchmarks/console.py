"""What a run says while it goes on."""

import time

from tests.benchmarks.samples import Sample

_FEW = 5
"""So many steps say little of how long the others take."""


class Progress:
    """How far a run has come, and how long the rest will take."""

    def __init__(self, total: int, *, expected_s: float) -> None:
        self._total = total
        self._expected_s = expected_s
        self._done = 0
        self._started = 0.0

    def say(self, text: str) -> None:
        """Print a line that counts nothing."""
        print(text, flush=True)

    def count(self, text: str) -> None:
        """Print a line for one of the steps that the total counts."""
        self._done += 1
        if self._done == 1:
            self._started = time.monotonic()  # what starts and warms up comes before, and not again
        seen = self._done - 1
        each = (time.monotonic() - self._started) / seen if seen > _FEW else self._expected_s / self._total
        left = each * (self._total - self._done)
        print(f"[{self._done:>3}/{self._total}  {clock(left)} left]  {text}", flush=True)

    def sample(self, sample: Sample) -> None:
        """Say what one sample is."""
        self.count(
            f"{sample.case:<14} {sample.in_flight:>4} in flight  round {sample.round}  {sample.server:<24}"
            f"{sample.per_second:7.0f}/s  p50 {sample.p50_ms:8.2f}  p99 {sample.p99_ms:8.2f} ms"
        )


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
