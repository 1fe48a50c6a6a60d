"""Is this server one that we can use? Asked before a start, and by `accredit doctor`."""

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from accredit.errors import ConfigurationError
from accredit.storage.postgres.address import Address
from accredit.storage.sql.failures import failure

OLDEST = 130_000
"""PostgreSQL 13, as `server_version_num` says it."""
_ABOUT = (
    "SELECT current_setting('server_version_num')::int, pg_is_in_recovery(), current_setting('transaction_read_only')"
)


def check_server(connection: Connection) -> None:
    """Pass where the server is new enough and takes writes.

    Raises:
        ConfigurationError: it is not, or does not.
    """
    number, is_standby, is_read_only = connection.exec_driver_sql(_ABOUT).one()
    if number < OLDEST:
        raise ConfigurationError(
            f"storage.url: the server is PostgreSQL {number // 10_000}; Accredit needs {OLDEST // 10_000} or newer"
        )
    if is_standby:
        raise ConfigurationError(
            "storage.url: the server is a standby, which takes no writes: name the primary, or all of them "
            "(postgresql://USER@HOST1,HOST2/DATABASE)"
        )
    if is_read_only == "on":
        raise ConfigurationError(
            "storage.url: the database is read-only (default_transaction_read_only): let this role write"
        )


def unusable(exc: Exception, address: Address) -> ConfigurationError:
    """Return what is told where no connection can be made or nothing be asked. It quotes no password."""
    cause = exc.orig if isinstance(exc, DBAPIError) else exc
    cause = cause.__cause__ if cause is not None and isinstance(cause.__cause__, asyncpg.PostgresError) else cause
    said = str(cause).strip().partition("\n")[0] if isinstance(cause, asyncpg.PostgresError | OSError) else ""
    return ConfigurationError(
        f"storage.url: the database at {address.place} cannot be used: {said or failure(exc).detail}"
    )
