"""Time that a button can put forward, so that what ends can be seen to end."""

import time


class Clock:
    """The clocks of this machine, plus what was let pass. All parts of a sandbox share one."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    @property
    def ahead_s(self) -> float:
        """How many seconds were let pass."""
        return self._ahead_s

    def time(self) -> float:
        """Return epoch seconds."""
        return time.time() + self._ahead_s

    def monotonic(self) -> float:
        """Return seconds of a clock that never goes back."""
        return time.monotonic() + self._ahead_s

    def let_pass(self, seconds: float) -> None:
        """Put both forward. Whoever waits by the event loop waits as long as before.

        Raises:
            ValueError: time does not go back.
        """
        if seconds < 0:
            raise ValueError("time does not go back")
        self._ahead_s += seconds
