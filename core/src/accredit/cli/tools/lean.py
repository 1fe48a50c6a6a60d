"""Imports of a server, without what it has no use for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FOR_TERMINALS = ("rich", "pygments")
"""structlog and httpx load them wherever they are installed, for people at a terminal: 5 MiB, and 90 modules."""


@contextmanager
def without(packages: tuple[str, ...]) -> Iterator[None]:
    """Let whatever is imported in the block find that `packages` are not installed."""
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # which is how an import is refused
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
