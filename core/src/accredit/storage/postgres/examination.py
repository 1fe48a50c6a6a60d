"""Is this server one that we can use? Asked before a start, and by `accredit doctor`."""

from dataclasses import dataclass, replace

import asyncpg
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy import Connection, NullPool
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from accredit._network import why_unreachable
from accredit.errors import ConfigurationError, NotReadyYet
from accredit.storage.postgres.address import Address, read
from accredit.storage.postgres.connector import Connector
from accredit.storage.schema.connections import where_from
from accredit.storage.schema.postgres import found
from accredit.storage.schema.revisions import Found
from accredit.storage.schema.tls import tls_trouble
from accredit.storage.sql.failures import failure

OLDEST = 130_000
"""PostgreSQL 13, as `server_version_num` says it."""
_PASSING_CLASSES = ("08", "53", "57")
"""Of SQLSTATEs: the connection broke; no connection, memory or disk left; an operator's doing, such as a restart."""
_DROPPED = "57P04"
"""The database was, which is of the last kind and stays so."""
_ABOUT = (
    "SELECT current_setting('server_version_num')::int, pg_is_in_recovery(),"
    " current_setting('transaction_read_only') = 'on', current_setting('max_connections')::int"
)


_NO_AUTHORITY = "root certificate file "
"""How the driver begins where `verify-full` or `verify-ca` is asked for, and `sslrootcert` is not there."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What a server says of itself, and what its database holds."""

    number: int
    """`server_version_num`."""
    is_standby: bool
    is_read_only: bool
    most_connections: int
    """Of all its clients together."""
    schema: Found | None = None
    may_be_read_only: bool = False
    """Whether its URL says which kind of server is wanted: a node that only verifies needs none that takes writes."""

    @property
    def version(self) -> str:
        """PostgreSQL's version, as people say it."""
        return f"PostgreSQL {self.number // 10_000}.{self.number % 10_000}"

    @property
    def refusal(self) -> str | None:
        """Why it cannot be used; None where it can."""
        if self.number < OLDEST:
            return f"the server is {self.version}; Accredit needs {OLDEST // 10_000} or newer"
        if self.may_be_read_only:
            return None
        if self.is_standby:
            return (
                "the server is a standby, which takes no writes: name the primary, or all of them "
                "(postgresql://USER@HOST1,HOST2/DATABASE); a node that only verifies adds ?target_session_attrs=any"
            )
        if self.is_read_only:
            return "the database is read-only (default_transaction_read_only): let this role write"
        return None


def examined(connection: Connection, address: Address) -> Examined:
    """Ask a server what it is. One query."""
    is_chosen = "target_session_attrs" in address.parameters
    return replace(Examined(*connection.exec_driver_sql(_ABOUT).one()), may_be_read_only=is_chosen)


def check_server(connection: Connection, address: Address) -> None:
    """Pass where the server is new enough and takes writes, or the address says that another will do.

    Raises:
        ConfigurationError: it is not, or does not.
    """
    about = examined(connection, address)
    refusal = about.refusal
    if refusal is not None:
        # A standby may be about to become the primary, as while a failover is under way.
        kind = NotReadyYet if about.number >= OLDEST and about.is_standby else ConfigurationError
        raise kind(f"storage.url: {refusal}")


async def examine(url: str) -> Examined:
    """Connect to the database of a URL, ask, and let go. Nothing is written.

    Raises:
        ConfigurationError: the URL cannot be read, or the database not be asked.
    """
    address = read(url)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=Connector(address).connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            about = await connection.run_sync(examined, address)
            return replace(about, schema=await connection.run_sync(found))
    except (DBAPIError, OSError, asyncpg.PostgresError, asyncpg.InternalClientError) as exc:
        raise unusable(exc, address) from exc


def unusable(exc: Exception, address: Address) -> ConfigurationError:
    """Return what is told where no connection can be made or nothing be asked. It quotes no password.

    `NotReadyYet` where that may pass by itself.
    """
    cause = exc.orig if isinstance(exc, DBAPIError) else exc
    inner = getattr(cause, "__cause__", None)
    cause = inner if isinstance(inner, asyncpg.PostgresError | asyncpg.ClientConfigurationError) else cause
    said = why_unreachable(cause) if isinstance(cause, OSError) else str(cause).strip().partition("\n")[0]
    # The driver's own complaints about a URL may quote any part of it, but for the one about a file.
    if not isinstance(cause, asyncpg.PostgresError | OSError) and not said.startswith(_NO_AUTHORITY):
        said = ""
    trouble = tls_trouble(cause, address.url)
    told = trouble or f"{said or failure(exc).detail}{where_from(cause)}"
    kind = NotReadyYet if trouble is None and _may_pass(exc, cause) else ConfigurationError
    return kind(f"storage.url: the database at {address.place} cannot be used: {told}")


def _may_pass(exc: Exception, cause: BaseException | None) -> bool:
    if isinstance(cause, OSError):  # such as a name that is not resolved while a network comes up
        return not isinstance(cause, PermissionError)
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_PASSING_CLASSES) and state != _DROPPED
    is_gone = isinstance(exc, DBAPIError) and exc.connection_invalidated
    return is_gone or isinstance(cause, TargetServerAttributeNotMatched)
