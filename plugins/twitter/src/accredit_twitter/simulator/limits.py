"""How often a user may be asked about: 75 calls in 15 minutes. Source: X, "Rate limits"."""

from dataclasses import dataclass

from accredit_twitter.simulator.tokens import Token

LIMIT, WINDOW_S = 75, 900


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the limit sees it; `reset_at` is in epoch seconds."""

    number: int
    reset_at: int

    @property
    def remaining(self) -> int:
        """Return how many more the window has room for."""
        return max(0, LIMIT - self.number)

    @property
    def is_one_too_many(self) -> bool:
        """Tell whether it must be refused."""
        return self.number > LIMIT


class Limits:
    """Count the calls of metered users; everybody else is always at their first."""

    def __init__(self) -> None:
        self._calls: dict[tuple[int, int], int] = {}

    def count(self, token: Token, now: float) -> Call:
        """Return one more call, at `now` in epoch seconds."""
        window = int(now) // WINDOW_S
        reset_at = (window + 1) * WINDOW_S
        if token.window_is_used_up:
            return Call(LIMIT, reset_at)
        if not token.is_metered:
            return Call(1, reset_at)
        key = (token.person.number, window)
        self._calls[key] = self._calls.get(key, 0) + 1
        return Call(self._calls[key], reset_at)
