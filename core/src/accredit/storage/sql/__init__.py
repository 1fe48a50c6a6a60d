"""Everything in a host's own database, through its own SQLAlchemy engine: PostgreSQL, MariaDB, MySQL and SQLite.

::

    tables = tables_in(metadata)                    # the host's Alembic sees them
    exchange = Exchange(settings, storage=SqlStorage(engine, tables))

`tables` and `models` are what the host sees of it, of the `types` that compare exactly everywhere; `schema` looks
whether they are there. `storage` is the one for an asynchronous engine, `blocking` that for the other kind, which knows
what is `under_way`; `methods` are what they share. `session_rows`, `rotations`, `subject_rows`, `used_rows`, `links`,
`person_rows` and `audit_rows` are the statements, as functions of a connection, and `key_rows` those for signing keys,
and `provider_token_rows` those for providers' tokens, in databases that are ours; `audit` is the audit table. `batches`
puts what waits into one transaction, `frames` are what is around it, `transactions` begins it as each database needs
(`sqlite` in its own way), `locks` says who waits for whom, `askers` whether anybody still does, `failures` what went
wrong, and `heirloom` keeps a forked process away from its parent's connections.
"""

try:
    import sqlalchemy.ext.asyncio  # noqa: F401 - needs greenlet, too
except ImportError as exc:
    raise ImportError('accredit.storage.sql takes SQLAlchemy: pip install "accredit[sql]"') from exc

from accredit.storage.sql.blocking import SyncSqlStorage
from accredit.storage.sql.models import (
    AuditEventMixin,
    IdentityMixin,
    RefreshTokenMixin,
    SessionMixin,
    SubjectMixin,
    UsedOnceMixin,
)
from accredit.storage.sql.storage import SqlStorage
from accredit.storage.sql.tables import Tables, tables_in, tables_of

__all__ = [
    "AuditEventMixin",
    "IdentityMixin",
    "RefreshTokenMixin",
    "SessionMixin",
    "SqlStorage",
    "SubjectMixin",
    "SyncSqlStorage",
    "Tables",
    "UsedOnceMixin",
    "tables_in",
    "tables_of",
]
