"""What is counted, and how."""

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

EXACT = (
    "provider_calls",
    "statements",
    "commits",
    "signatures",
    "verifications",
    "log_lines",
    "tasks",
    "timers",
    "garbage",
)
"""What must be as it is in the table, to the last one. `garbage`: objects that only the collector finds."""

_COMPREHENSIONS = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>"})
"""Calls in Python 3.11, and none since 3.12."""
_UNCOUNTED = frozenset({"tests", "asyncio", "selectors", "threading", "concurrent", "__main__"})
"""We ourselves, and the turns of the event loop, whose number the disk decides."""


class Meter:
    """Count what happens while `running`."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._is_on = False

    def add(self, what: str) -> None:
        """Count one more."""
        if self._is_on:
            self._counts[what] += 1

    def statement(self, sql: str) -> None:
        """Count a statement; called in the storage's threads."""
        self.add("commits" if sql.lstrip().upper().startswith(("COMMIT", "END")) else "statements")

    @contextmanager
    def running(self) -> Iterator[Counter[str]]:
        """Count until the block ends: calls of Python functions in this thread, by package, and what `add` is told."""
        self._counts, self._is_on = Counter(), True
        profiler = sys.getprofile()
        sys.setprofile(self._profile)
        try:
            yield self._counts
        finally:
            sys.setprofile(profiler)
            self._is_on = False
            self._counts["garbage"] = gc.collect()

    def _profile(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "call" and frame.f_code.co_name not in _COMPREHENSIONS:
            if room := _room(frame.f_globals.get("__name__", "")):
                self._counts[room] += 1
        elif event == "c_call" and (what := _operation(arg)):
            self._counts[what] += 1


@contextmanager
def without_collector() -> Iterator[None]:
    """Let the garbage collector find nothing that is there already, and run only when asked."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _room(module: str) -> str | None:
    """Return where a function belongs: a room of ours, a plugin, or the libraries."""
    first, _, rest = module.partition(".")
    if first in _UNCOUNTED:
        return None
    if first == "accredit":
        return f"calls in {first}.{rest.partition('.')[0]}"
    return f"calls in {first}" if first.startswith("accredit_") else "calls in libraries"


def _operation(function: Callable[..., Any]) -> str | None:
    """Return which operation of a key of `cryptography` this is."""
    name = {"sign": "signatures", "verify": "verifications"}.get(getattr(function, "__name__", ""))
    owner = type(getattr(function, "__self__", None)).__module__
    return name if owner.startswith("cryptography.") else None
