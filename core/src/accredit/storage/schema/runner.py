"""Alembic, on a connection that is handed over, in the transaction that is open on it.

One at a time in a process, and unheard in the host's log.
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

_FOLDER = Path(__file__).parent.parent / "migrations"
_locks: dict[int, threading.Lock] = {}
"""By process: one that was inherited may be held for ever, by a thread that the fork has left behind."""


def upgrade(connection: "Connection", to: str = "head", *, say: Callable[[str], object] | None = None) -> None:
    """Run the revisions up to `to`; `say` hears the number of each that is done.

    Raises:
        alembic.util.CommandError: the database's revision, or `to`, is not known.
    """
    with _one_at_a_time(), _progress_unheard():
        import alembic.command  # which tells the log of its plugins

        alembic.command.upgrade(_config(connection, say), to)


def downgrade(connection: "Connection", to: str, *, say: Callable[[str], object] | None = None) -> None:
    """Take the revisions beyond `to` back, the newest first; `say` hears the number of each that is reached.

    Raises:
        alembic.util.CommandError: the database's revision, or `to`, is not known.
    """
    with _one_at_a_time(), _progress_unheard():
        import alembic.command

        alembic.command.downgrade(_config(connection, say), to)


def revisions() -> "Mapping[str, ModuleType]":
    """Return the revisions that there are, the oldest first, each with its module."""
    with _one_at_a_time(), _progress_unheard():
        import alembic.script

        known = alembic.script.ScriptDirectory(str(_FOLDER)).walk_revisions()
        return {one.revision: one.module for one in reversed(list(known))}


def runs_with(revision: str) -> str:
    """Return the oldest revision whose code may run on a database of `revision`: itself, unless that says another."""
    named: str = getattr(revisions()[revision], "runs_with", revision)
    return named


def _config(connection: "Connection", say: Callable[[str], object] | None) -> "Config":
    import alembic.config

    config = alembic.config.Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes |= {"connection": connection, "say": say}
    return config


def _one_at_a_time() -> threading.Lock:
    """Return the lock for Alembic: it keeps the migration under way in globals, and two threads would mix theirs up."""
    return _locks.setdefault(os.getpid(), threading.Lock())


@contextmanager
def _progress_unheard() -> Iterator[None]:
    """Keep Alembic's progress out of the log of the host, whose own migrations are heard, as every warning is."""
    thread = threading.get_ident()

    def is_heard(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING or threading.get_ident() != thread

    loggers = [logging.getLogger(f"alembic.runtime.{module}") for module in ("migration", "plugins")]
    for logger in loggers:
        logger.addFilter(is_heard)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_heard)
