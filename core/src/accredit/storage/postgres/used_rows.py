"""The statements about identifiers that may be used once, for many at once: each login may need them."""

from collections.abc import Sequence
from operator import attrgetter

from sqlalchemy import Connection

from accredit.storage.postgres.driver import fetch
from accredit.storage.sql.tables import Tables
from accredit.storage.sql.used_rows import Use, UsedRows


class PostgresUsedRows(UsedRows):
    """As `UsedRows`, round SQLAlchemy's compiler."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        name = tables.used_ids.fullname
        self._look = f"SELECT jti, expires_at FROM {name} WHERE jti = ANY($1::text[])"  # noqa: S608 - a table's name
        # It waits for whoever is doing the same, and then does nothing: so that nobody has to begin anew.
        self._insert = (
            f"INSERT INTO {name} (jti, expires_at) SELECT * FROM unnest($1::text[], $2::bigint[])"  # noqa: S608 - a table's name
            " ON CONFLICT (jti) DO NOTHING RETURNING jti"
        )

    def _ends(self, connection: Connection, names: Sequence[str]) -> dict[str, int]:
        rows = fetch(connection, self._look, names)
        return {row[0]: row[1] for row in rows}

    def _enter(self, connection: Connection, uses: Sequence[Use]) -> set[str]:
        if not uses:
            return set()
        ordered = sorted(uses, key=attrgetter("jti"))  # so that no two transactions wait for one another
        values = [use.jti for use in ordered], [use.expires_at for use in ordered]
        return {jti for (jti,) in fetch(connection, self._insert, *values)}
