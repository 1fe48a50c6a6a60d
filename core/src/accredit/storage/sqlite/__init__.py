"""Everything in SQLite: one writer thread, group commit, synchronous=FULL.

`writer` is the thread, `session_rows` and `subject_rows` the statements: the hot path speaks plain SQL through the
standard library, because an async ORM costs forty times as much. The schema belongs to Alembic
(`accredit.storage.migrations`).
"""

from accredit.storage.sqlite.storage import SqliteStorage

__all__ = ["SqliteStorage"]
