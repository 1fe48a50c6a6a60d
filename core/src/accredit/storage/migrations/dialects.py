"""The one place where the databases differ: a revision, or a half of it, that is for one of them only.

SQLite's tables are those of its own storage: SQLite numbers rows by itself, and a foreign key lets a session's refresh
tokens go with it. PostgreSQL's are those that `accredit.storage.sql` describes, whose statements run in a host's own
database as well: `number` tells in which order rows came, and no foreign key locks a session for each of its tokens.
One description for both would copy every table of SQLite once, and add an index to each of its writes.

PostgreSQL's history begins with 0003: before that it is empty.
"""

from collections.abc import Callable
from functools import wraps

from alembic import op


def only_on(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Let a function of a revision do nothing on any other database than `name`."""

    def limited(work: Callable[[], None]) -> Callable[[], None]:
        @wraps(work)  # Alembic tells the direction by its name
        def run() -> None:
            if op.get_context().dialect.name == name:
                work()

        return run

    return limited
