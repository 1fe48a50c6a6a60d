"""Is a server running on a database? Asked before a command that must have it for itself."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

SERVER = "accredit"
"""What PostgreSQL calls our servers' connections, unless `storage.url` says `application_name`."""
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = "


def is_served(connection: "Connection") -> bool:
    """Tell whether servers are connected to a PostgreSQL database. Any role may ask."""
    found: int = connection.exec_driver_sql(f"{_OTHERS}'{SERVER}'").scalar_one()
    return found > 0


def is_open(path: Path) -> bool:
    """Tell whether anybody has a SQLite database open as servers do: in WAL mode, with a lock from first to last.

    Who asks to have it alone is refused then. Source: https://www.sqlite.org/pragma.html#pragma_locking_mode.
    """
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as alone:
        alone.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            alone.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as exc:
            return exc.sqlite_errorname.startswith("SQLITE_BUSY")  # any other trouble is told by who works on it next
    return False
