"""The latest requests, in memory alone."""

import itertools
from collections import OrderedDict

from accredit.models import Verification
from accredit.playground.recording import Recording

MOST = 200
MOST_BYTES = 16 * 2**20


class Recordings:
    """At most `MOST` of them, of `MOST_BYTES` together: the oldest go."""

    def __init__(self, *, most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, Recording] = OrderedDict()
        self._weight = 0
        self._numbers = itertools.count(1)

    def next_number(self) -> int:
        """Return the number of the next one."""
        return next(self._numbers)

    def add(self, recording: Recording) -> None:
        """Keep one."""
        self._kept[recording.number] = recording
        self._weight += recording.weight
        while len(self._kept) > self._most or (self._weight > self._most_bytes and len(self._kept) > 1):
            _, gone = self._kept.popitem(last=False)
            self._weight -= gone.weight

    def get(self, number: int) -> Recording | None:
        """Return one by its number, None where it is gone."""
        return self._kept.get(number)

    def newest(self) -> tuple[Recording, ...]:
        """Return all, the newest first."""
        return tuple(reversed(self._kept.values()))

    def of_session(self, session_id: str) -> tuple[Recording, ...]:
        """Return those of one session, the oldest first."""
        return tuple(one for one in self._kept.values() if any(e.session_id == session_id for e in one.events))

    def said_before(self, credential: bytes) -> Verification | None:
        """Return what the provider has last said about a credential, None where nobody has heard it."""
        said = (one.verification for one in self.newest() if credential and one.credential == credential)
        return next((one for one in said if one is not None), None)


def is_number(written: str) -> bool:
    """Tell whether this is how the number of a request is written."""
    return written.isascii() and written.isdecimal() and len(written) < 10
