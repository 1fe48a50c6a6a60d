"""Everything in SQLite: one writer thread, group commit, synchronous=FULL.

`storage` is the whole, `writer` the thread, `line` who waits for it, `transaction` what they share, `pruning` what the
writer does when nobody waits. `session_rows`, `subject_rows`, `used_rows`, `key_rows`, `provider_token_rows`, `links`,
`person_rows` and `audit_rows` are the statements: the hot path speaks plain SQL through the standard library, because
an async ORM costs forty times as much. `audit` is the audit table, and `files` sees when somebody else's hand replaced
the database. The schema belongs to Alembic (`accredit.storage.migrations`).
"""

from accredit.storage.sqlite.storage import SqliteStorage

__all__ = ["SqliteStorage"]
