"""What a run says while it goes on."""

import time

from tests.benchmarks.samples import Sample


class Progress:
    """How far a run has come, and how long the rest will take."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Print a line that counts nothing."""
        print(text, flush=True)

    def count(self, text: str) -> None:
        """Print a line for one of the steps that the total counts."""
        self._done += 1
        took = time.monotonic() - self._started
        left = took / self._done * (self._total - self._done)
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
