"""A storage in the host's own database, by its Flask-SQLAlchemy: so its migrations make the tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from flask import Flask

from accredit.errors import ConfigurationError

if TYPE_CHECKING:
    from sqlalchemy import Engine, MetaData

    from accredit.storage import Storage
    from accredit.storage.sql import Tables


class Session(Protocol):
    """What we use of a session of SQLAlchemy's."""

    def commit(self) -> None:
        """Store what was added."""

    def close(self) -> None:
        """Give the connection back."""


class Database(Protocol):
    """What we use of a `flask_sqlalchemy.SQLAlchemy`."""

    @property
    def metadata(self) -> MetaData:
        """The metadata of the default bind."""

    @property
    def session(self) -> Session:
        """The session of the current app context."""

    @property
    def engines(self) -> Mapping[str | None, Engine]:
        """The engines of the current app, by their bind keys."""


class HostDatabase:
    """The database of a host, and the tables in it: by default those that are added to its metadata here."""

    def __init__(self, db: Database, tables: Tables | None = None) -> None:
        # Here, and not at the top: whoever has no database of his own needs no SQLAlchemy.
        from accredit.storage.sql import SyncSqlStorage, tables_in

        self._db = db
        self._tables = tables_in(db.metadata) if tables is None else tables
        self._make = SyncSqlStorage

    def commit(self) -> None:
        """Store what a callback has left to be stored.

        The storage names a new user's row next, and a number that was rolled back would be somebody else's one day.
        """
        self._db.session.commit()

    def release(self) -> None:
        """Let the session give its connection back: a callback has used it, and the storage needs one next.

        With one connection held and another one waited for in every thread, a pool would have none left for anybody.
        """
        self._db.session.close()

    def storage(self, app: Flask, *, clock: Callable[[], float] = time.time) -> Storage:
        """Return a storage over the engine that an app has for the tables; nothing is opened yet.

        Raises:
            ConfigurationError: the app has no such engine.
        """
        bind = self._tables.sessions.metadata.info.get("bind_key")
        try:
            with app.app_context():
                engine = self._db.engines[bind]
        except RuntimeError:
            raise ConfigurationError(
                f"the Flask app '{app.name}' does not know this database yet: call db.init_app(app) before "
                "accredit.init_app(app)"
            ) from None
        except KeyError:
            raise ConfigurationError(
                f"the tables of Accredit have the bind key '{bind}', and SQLALCHEMY_BINDS has none of that name"
            ) from None
        return self._make(engine, self._tables, clock=clock)
