"""A PostgreSQL database, brought up to date by whoever comes first; the others wait for that one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from accredit.errors import ConfigurationError, NotReadyYet
from accredit.storage.schema import runner
from accredit.storage.schema.connections import on_databases, said_by
from accredit.storage.schema.revisions import HEAD, Found

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.exc import DBAPIError

LOCK = 0x61_63_63_72_65_64_69_74
"""The advisory lock of whoever upgrades: "accredit" in ASCII."""
_PATIENCE_S = 600
"""For others who upgrade."""
_TABLE_PATIENCE_S = 30
"""For a table that a long transaction holds: whoever asks for that table queues behind an upgrade that waits."""

_UNREADABLE = "permission denied for table alembic_version"
"""As PostgreSQL says it in English; in another language the other sentence is said, which is true as well."""
_LACKS_RIGHT, _READ_ONLY, _LOCKED, _IS_THERE = "42501", "25006", "55P03", "42P07"


def migrate(url: str, *, to: str = HEAD, say: Callable[[str], object] | None = None) -> None:
    """Create the schema of the database at `url`, or upgrade it up to `to`; `say` hears each revision that is done.

    Unlike a server that starts, also where servers of an older version cannot run on what comes out.

    Raises:
        ConfigurationError: the database cannot be used or upgraded; the message says what to do.
    """
    on_databases(partial(bring_up_to_date, to=to, say=say, by_command=True), url)


def go_back(url: str, to: str, *, say: Callable[[str], object] | None = None) -> None:
    """Downgrade the database at `url` to revision `to`; `say` hears each that is reached.

    Raises:
        ConfigurationError: it cannot be done; the message says why.
    """

    def work(connection: "Connection") -> None:
        with _told(connection):
            _lock(connection)
            runner.downgrade(connection, to, say=say)

    on_databases(work, url)


def bring_up_to_date(
    connection: "Connection",
    *,
    to: str = HEAD,
    say: Callable[[str], object] | None = None,
    by_command: bool = False,
) -> None:
    """Create or upgrade the schema; safe with several servers at once, all or nothing. Costs two queries where it is.

    A server that starts upgrades what others can go on with; for more somebody must stop them, and say so `by_command`.

    Raises:
        ConfigurationError: a newer Accredit has upgraded it, or this role may not; the message says what to do.
    """
    with _told(connection):
        there = _found_usable(connection)
        if there.is_at(to):
            return
        _lock(connection)
        there = _found_usable(connection)
        if there.is_at(to):
            return
        if not by_command and there.revision is not None and runner.runs_with(to) > there.revision:
            raise ConfigurationError(
                f"storage.url: the schema must be brought from revision {there.revision} to {to}, with which servers "
                "of the older version cannot go on: stop them all, and run `accredit db upgrade`"
            )
        runner.upgrade(connection, to, say=say)


def found(connection: "Connection") -> Found:
    """Return what the database says of itself."""
    table = connection.exec_driver_sql("SELECT to_regclass('alembic_version')::text").scalar_one()
    if table is None:
        return Found(None)
    # As JSON: the second column is not there before 0003.
    row = connection.exec_driver_sql(
        f"SELECT to_jsonb(v) ->> 'version_num', to_jsonb(v) ->> 'runs_with' FROM {table} AS v"  # noqa: S608 - as PostgreSQL quotes it
    ).one_or_none()
    return Found(None) if row is None else Found(*row)


def _found_usable(connection: "Connection") -> Found:
    there = found(connection)
    if not there.is_ours:
        raise ConfigurationError(
            "storage.url: the database holds another program's tables: give Accredit a database of its own"
        )
    if there.is_newer and not there.is_current:
        raise ConfigurationError(
            f"storage.url: the database was upgraded by a newer Accredit (revision {there.revision}, this one has "
            f"{HEAD}); install that one, or use another database"
        )
    return there


def _lock(connection: "Connection") -> None:
    connection.rollback()  # who waits keeps no table that was looked at from whoever upgrades
    _wait_at_most(connection, _PATIENCE_S)
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    _wait_at_most(connection, _TABLE_PATIENCE_S)


@contextmanager
def _told(connection: "Connection") -> Iterator[None]:
    """Commit, or undo everything and say in a sentence what was in the way."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
        connection.commit()
    except DBAPIError as exc:
        connection.rollback()
        raise _unusable(exc) from exc


def _wait_at_most(connection: "Connection", seconds: int) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{seconds}s'")


def _unusable(exc: "DBAPIError") -> ConfigurationError:
    said, state = said_by(exc), getattr(exc.orig, "sqlstate", None)
    if state == _LACKS_RIGHT and said == _UNREADABLE:
        return ConfigurationError(
            "storage.url: this role may not read which revision the schema has: let the owner of the tables GRANT "
            "SELECT, INSERT, UPDATE, DELETE on all of them to it"
        )
    if state in (_LACKS_RIGHT, _READ_ONLY):
        why = "its role may not change tables" if state == _LACKS_RIGHT else "it is read-only"
        return ConfigurationError(
            f"storage.url: the schema must be brought to revision {HEAD}, and {why}: run `accredit db upgrade` with "
            "the URL of a role that owns the tables"
        )
    if state == _LOCKED:
        return NotReadyYet(
            "storage.url: the schema cannot be upgraded while another transaction holds its tables: end that one "
            "(pg_stat_activity shows it), and start again"
        )
    if state == _IS_THERE:
        return ConfigurationError(
            f"storage.url: the database has tables that Accredit has not made ({said}): give it one of its own"
        )
    kind = NotReadyYet if exc.connection_invalidated else ConfigurationError
    return kind(f"storage.url: the database cannot be upgraded: {said}")
