"""The statements about identifiers that may be used once, where each login may need them."""

from collections.abc import Sequence

from sqlalchemy import Connection

from accredit.storage.postgres.driver import fetch
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.used_rows import UsedRows


class PostgresUsedRows(UsedRows):
    """As `UsedRows`, round SQLAlchemy's compiler."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        name = tables.used_ids.fullname
        self._look = f"SELECT jti, expires_at FROM {name} WHERE jti = ANY($1::text[])"  # noqa: S608 - a table's name
        self._insert = f"INSERT INTO {name} (jti, expires_at) VALUES ($1, $2)"  # noqa: S608 - a table's name

    def _ends(self, connection: Connection, names: Sequence[str]) -> dict[str, int]:
        rows = fetch(connection, self._look, names)
        return {row[0]: row[1] for row in rows}

    def _enter(self, connection: Connection, jti: str, expires_at: int) -> None:
        fetch(connection, self._insert, jti, expires_at)
