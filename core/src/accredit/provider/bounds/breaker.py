"""Ask a provider that is down now and then, and not for every login.

Our own: `purgatory` goes by the wall clock, which can be set, and lets through all callers at once where one probe
would do; `pybreaker` is made for threads.
"""

import math
from collections.abc import Callable
from typing import Literal

from accredit.errors import CircuitOpen

State = Literal["closed", "open", "half_open"]
Word = Literal["stumbled", "answered", "outage"]
"""What a passage says of its provider. One that was cancelled, or has failed by our own fault, says nothing.

`stumbled`: the provider is there, but this one request is more than it can answer. It closes a breaker: else whoever
has such a token could take one probe after another.
"""

FIRST_REST_S = 1
"""For so long nobody asks after a breaker has opened."""
LONGEST_REST_S = 30
"""It doubles with each probe that fails, up to this: so long at most it takes to notice that a provider is back."""


class Breaker:
    """Count outages in a row; after `outages` of them refuse all but one probe at a time. With 0 it never opens.

    `clock` returns seconds of a monotonic clock. `changed` is told `open` once when an outage begins, however many
    probes fail in it, and `closed` once it is over.
    """

    def __init__(self, *, outages: int, clock: Callable[[], float], changed: Callable[[State], None]) -> None:
        self.state: State = "closed"
        self.refused = 0
        """How many were refused since it opened, or while it was open last."""
        self._outages = outages
        self._clock = clock
        self._changed = changed
        self._warned_until = -math.inf
        self._in_a_row = 0
        self._failed_probes = 0
        self._probe_at = 0.0
        self._era = 0

    @property
    def is_open(self) -> bool:
        """Tell whether its provider counts as down."""
        return self.state != "closed"

    @property
    def is_warned(self) -> bool:
        """Tell whether it counts as down on another node: then one outage here is enough. Nobody is refused for it."""
        return self._clock() < self._warned_until

    def warn(self, for_s: float) -> None:
        """Hear that it counts as down on another node; forget it after `for_s` seconds."""
        self._warned_until = self._clock() + for_s

    def enter(self) -> int:
        """Let somebody ask, who says by `leave` what came of it. Returns what `leave` takes.

        Raises:
            CircuitOpen: nobody asks now.
        """
        if self.state != "closed":
            wait_s = self._probe_at - self._clock()
            if self.state == "half_open" or wait_s > 0:
                self.refused += 1
                raise CircuitOpen(retry_after_s=max(1, math.ceil(wait_s)))
            self._go_to("half_open")
        return self._era

    def leave(self, era: int, word: Word | None) -> None:
        """Take in what came of it. Whoever began before the last change knows nothing of how it is now."""
        if era != self._era:
            return
        if self.state == "closed":
            self._count(word)
        elif word == "outage":
            self._failed_probes += 1
            self._rest()
        elif word is not None:
            self._in_a_row = self._failed_probes = 0
            self._go_to("closed")
            self._changed("closed")
        else:
            self._go_to("open")  # the next one may probe at once

    def _count(self, word: Word | None) -> None:
        if word == "answered":
            self._in_a_row = 0
        elif word == "outage":
            self._in_a_row += 1
            if self._in_a_row >= (min(1, self._outages) if self.is_warned else self._outages) > 0:
                self.refused = 0
                self._rest()
                self._changed("open")

    def _rest(self) -> None:
        # The exponent is bounded too: a provider may be down for a year.
        self._probe_at = self._clock() + min(FIRST_REST_S << min(self._failed_probes, 16), LONGEST_REST_S)
        self._go_to("open")

    def _go_to(self, state: State) -> None:
        self.state = state
        self._era += 1
