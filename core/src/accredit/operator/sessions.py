"""Browsers that have shown the token, for a while: known here alone, by something random."""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

SESSION_S = 3600
"""Then the token is asked for again, whatever was done meanwhile."""
MOST_SESSIONS = 20
"""The next one takes the place of the oldest."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One browser. `form_token` stands in each form, where no other page can read it."""

    ends_at: float
    form_token: str = field(repr=False)

    def has_sent(self, form_token: str) -> bool:
        """Tell whether a form is one of its own, in constant time."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode())


class Sessions:
    """All of them. `clock` returns seconds of a monotonic clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[bytes, SignedIn] = OrderedDict()

    def begin(self) -> str:
        """Begin one, and return what its cookie holds."""
        cookie = secrets.token_urlsafe(32)
        self._known[_key(cookie)] = SignedIn(self._clock() + SESSION_S, secrets.token_urlsafe(32))
        while len(self._known) > MOST_SESSIONS:
            self._known.popitem(last=False)
        return cookie

    def find(self, cookie: str) -> SignedIn | None:
        """Return whose cookie it is; None where it is nobody's, or its time is over."""
        found = self._known.get(_key(cookie))
        if found is not None and self._clock() >= found.ends_at:
            self.end(cookie)
            return None
        return found

    def end(self, cookie: str) -> None:
        """End one."""
        self._known.pop(_key(cookie), None)


def _key(cookie: str) -> bytes:
    # By its hash: the time that a look into a table takes then tells nothing of what stands in it.
    return hashlib.sha256(cookie.encode()).digest()
