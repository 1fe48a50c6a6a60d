"""Does anybody still wait for a change? What nobody waits for any more is not begun, nor tried again.

Whoever gave up was told that it was not done, and has gone elsewhere: a change that comes after all would meet what has
happened there meanwhile.
"""

from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Asker:
    """Whoever asked for a change. Looked at wherever time may have passed: with each attempt, and after each lock."""

    has_gone: bool = False
