"""Is a server running on a database? Asked before a command that must have it for itself."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from sqlalchemy import Connection

SERVER = "accredit"
"""What PostgreSQL calls our servers' connections, unless `storage.url` says `application_name`."""
COMMAND = "accredit db"
"""What it calls those of commands, whatever the URL says: so that none is taken for a server, itself least of all."""
_SERVERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name IN ($1, left($2, 63))"
)
"""PostgreSQL keeps no more of a name."""


def is_served(connection: "Connection", url: str) -> bool:
    """Tell whether servers are connected to the PostgreSQL database of `url`, which may name them. Any role may ask."""
    named = parse_qs(urlsplit(url).query).get("application_name", [SERVER])[-1]
    found: int = connection.exec_driver_sql(_SERVERS, (SERVER, named)).scalar_one()
    return found > 0


def is_open(path: Path) -> bool:
    """Tell whether anybody has a SQLite database open as servers do: in WAL mode, with a lock from first to last.

    Who asks to have it alone is refused then. Source: https://www.sqlite.org/pragma.html#pragma_locking_mode.
    Nobody has a file open that is not there; asking must not make it.
    """
    if not path.exists():
        return False
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as alone:
        alone.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            alone.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as exc:
            return exc.sqlite_errorname.startswith("SQLITE_BUSY")  # any other trouble is told by who works on it next
    return False
