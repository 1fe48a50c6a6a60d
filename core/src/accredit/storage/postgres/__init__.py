"""Everything in a PostgreSQL database that is Accredit's own: `storage.url = "postgresql://…"`.

The statements and the rules are those of `accredit.storage.sql`. This room adds what a host would bring: `address`
reads the URL, `connector` finds the server among its hosts, `examination` looks whether it can be used, `frame` says
how long a transaction may take and wait. And what hot paths need: `session_rows`, `subject_rows` and `used_rows` send
many logins and look-ups in as many statements as one, by way of `driver`, round SQLAlchemy's compiler; `lookups` lets
look-ups share a statement, and `reading` is which ones. In `line_alone` waits whom somebody else's lock holds up;
`clearing` deletes what is over, on one node at a time. `storage` is all of it together.
"""

try:
    import asyncpg  # noqa: F401 - the driver: it was measured to cost half of what psycopg does
    import sqlalchemy.ext.asyncio  # noqa: F401 - needs greenlet, too
except ImportError as exc:
    raise ImportError('a storage in PostgreSQL takes asyncpg and SQLAlchemy: pip install "accredit[postgres]"') from exc

from accredit.storage.postgres.storage import PostgresStorage

__all__ = ["PostgresStorage"]
