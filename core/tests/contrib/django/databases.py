"""Databases beside those of the settings, and a storage in one of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from core.tests.contrib.django.routers import chosen
from core.tests.postgres import PostgresDatabase
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accredit.contrib.django.storage import DjangoStorage
from accredit.testing.storage_conformance.samples import Clock

T = TypeVar("T")


_used: set[BaseDatabaseWrapper] = set()
"""The connections of all threads, to be closed at the end: worker threads end without a word."""


class StorageIn(DjangoStorage):
    """A storage in the database of that alias."""

    def __init__(self, alias: str, *, clock: Clock) -> None:
        super().__init__(clock=clock)
        self._alias = alias

    async def _run(self, function: Callable[[], T]) -> T:
        def there() -> T:
            before = chosen.set(self._alias)
            try:
                _used.add(connections[self._alias])
                return function()
            finally:
                chosen.reset(before)

        return await super()._run(there)


def sqlite(path: Path) -> dict[str, Any]:
    """Return a database in a file, as the guide says it: many may read while one writes, and writers wait."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL", "timeout": 60},
    }


def postgresql(made: PostgresDatabase) -> dict[str, Any]:
    """Return a database of the tests' server."""
    who = {"USER": made.user, "PASSWORD": made.password or ""}
    return {"ENGINE": "django.db.backends.postgresql", "NAME": made.name, "HOST": made.host, "PORT": made.port, **who}


@contextmanager
def database(alias: str, description: dict[str, Any]) -> Iterator[str]:
    """Add a database for a while."""
    connections.settings[alias] = description
    connections.configure_settings(connections.settings)
    try:
        yield alias
    finally:
        for connection in [one for one in _used if one.alias == alias] + [connections[alias]]:
            connection.inc_thread_sharing()
            connection.close()
            _used.discard(connection)
        del connections[alias]
        del connections.settings[alias]
