"""Imports of a server, without what it has no use for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

LOOKED_FOR = ("rich", "pygments", "greenlet")
"""structlog and httpx load these wherever they are installed, for terminals and for threads of another kind: 6 MiB, and
90 modules. What needs them loads them afterwards."""


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
