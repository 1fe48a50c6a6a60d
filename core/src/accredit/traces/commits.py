"""The commits of the last moments, to be found by whose changes are in them."""

from collections import deque
from collections.abc import Iterator

from accredit.storage import Commit

MOST = 256
"""A login looks for its commit as soon as it has it: it is among the last few."""


class Commits:
    """Remember the last commits. Heard of in one thread, looked for in another."""

    def __init__(self) -> None:
        self._last: deque[Commit] = deque(maxlen=MOST)

    def hear(self, commit: Commit) -> None:
        """Take note of one."""
        self._last.append(commit)

    def of(self, mark: object, *, since: float) -> Iterator[Commit]:
        """Return those that began after `since`, by `time.perf_counter`, and have changes with this mark."""
        for commit in reversed(tuple(self._last)):
            if commit.began < since:
                return
            if any(one is mark for one in commit.marks):
                yield commit
