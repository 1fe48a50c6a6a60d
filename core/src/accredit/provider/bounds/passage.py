"""The way of one verification to its provider, with all its calls."""

import asyncio
import math
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from accredit.errors import PluginFailed
from accredit.provider.bounds.breaker import Breaker, Word
from accredit.provider.bounds.bulkhead import Bulkhead


@dataclass(frozen=True, slots=True)
class Bounds:
    """What bounds one connection. Metrics read `breaker.state`, `breaker.refused` and `bulkhead.in_flight`."""

    breaker: Breaker
    bulkhead: Bulkhead
    patience_s: float = 0.0
    """A call that lasts until the end of its exchange is an outage if it has had so long."""


class Passage:
    """A context manager: begun by the first call in it, ended with it. Without `bounds` nothing is bounded.

    One for a verification, not for a call: where two hosts serve one login, the one that answers must not hide that
    the other is down, and nobody is to ask the one who cannot get an answer from the other.
    """

    __slots__ = ("_bounds", "_era", "_is_over", "_is_repeatable", "_word", "until")

    def __init__(self, bounds: Bounds | None = None, *, until: float = math.inf, is_repeatable: bool = True) -> None:
        self.until = until
        """When its exchange ends, by the event loop's clock, in seconds."""
        self._bounds = bounds
        self._is_repeatable = is_repeatable
        self._era: int | None = None
        self._is_over = False
        self._word: Word | None = None

    @property
    def remaining_s(self) -> float:
        """How long it may still take."""
        return self.until - asyncio.get_running_loop().time()

    @property
    def may_retry(self) -> bool:
        """Tell whether a call may be made again: not by a probe, nor where the provider is down, or so others say.

        Nor where a code is redeemed: what is good once may be used up by a call that nobody has heard an answer to.
        """
        if not self._is_repeatable:
            return False
        return self._bounds is None or not (self._bounds.breaker.is_open or self._bounds.breaker.is_warned)

    def begin(self) -> None:
        """Begin, unless that has happened.

        Raises:
            ConnectionBusy, CircuitOpen: it must not.
            PluginFailed: it is over. Whoever calls then would take a place that nobody gives back.
        """
        if self._is_over:
            raise PluginFailed("the strategy made a call after its verification had ended")
        if self._bounds is None or self._era is not None:
            return
        # The breaker comes last: a probe that finds no place would be none.
        self._bounds.bulkhead.enter()
        try:
            self._era = self._bounds.breaker.enter()
        except BaseException:
            self._bounds.bulkhead.leave()
            raise

    def note(self, word: Word) -> None:
        """Note how a call has ended. One outage counts more than all answers, and an answer more than a stumble."""
        if self._word is None or word == "outage" or self._word == "stumbled":
            self._word = word

    def note_cancelled(self, waited_s: float) -> None:
        """Note that a call was cancelled after `waited_s`.

        It is an outage if the time of the exchange is over, and most of it was this call's; else somebody has left, or
        somebody else has used the time up.
        """
        if self._bounds is not None and self.remaining_s <= 0 and waited_s >= self._bounds.patience_s:
            self.note("outage")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._is_over = True
        if self._bounds is not None and self._era is not None:
            self._bounds.bulkhead.leave()
            self._bounds.breaker.leave(self._era, self._word)
