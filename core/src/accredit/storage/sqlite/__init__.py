"""Everything in SQLite: one writer thread, group commit, synchronous=FULL.

`writer` is the thread, `grants` and `subjects` the statements: the hot path speaks plain SQL through the standard
library, because an async ORM costs forty times as much. The schema belongs to Alembic (`accredit.storage.migrations`).
"""

from accredit.storage.sqlite.storage import SqliteStorage

__all__ = ["SqliteStorage"]
