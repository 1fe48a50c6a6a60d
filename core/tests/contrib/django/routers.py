"""Where rows go: to the database that a test names for a while, and else to `default`."""

from contextvars import ContextVar
from typing import Any

chosen: ContextVar[str | None] = ContextVar("chosen", default=None)


class Chosen:
    """Send everything there."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return chosen.get()

    db_for_write = db_for_read
