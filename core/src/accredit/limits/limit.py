"""One rate, and what is counted by it."""

from collections.abc import Iterable
from dataclasses import dataclass

from accredit.settings.rates import amount_and_window_s

SEPARATOR = "|"
"""Between the parts of a key."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of something in a window of time, for each key. `name` is the setting's, under which events tell it."""

    name: str
    amount: int
    window_s: int


Counted = Iterable[tuple[Limit | None, str]]
"""By which limits something is counted, and under which key by each: not by one that is off, nor without a key."""


def make_limit(name: str, rate: str) -> Limit | None:
    """Return the limit that a setting states; None where it is off."""
    found = amount_and_window_s(rate)
    return None if found is None else Limit(name, *found)
