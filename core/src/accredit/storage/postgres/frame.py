"""A transaction with bounds: how long a statement may take, how long a lock is waited for, how long nothing may come.

They are said with each transaction, not with the connection: behind PgBouncer the next one may have another connection.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Self

from sqlalchemy import Connection, ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError

from accredit.storage.postgres.driver import READ_ONLY, cut, fetch, run
from accredit.storage.sql import locks
from accredit.storage.sql.frames import state_of

BRIEFLY_MS = 50
"""So long many who share a transaction wait for a lock."""
PATIENTLY_MS = 2_000
"""So long one waits who is alone."""
STATEMENT_MS = 3_000
_IDLE_MS = 6_000
"""After so long without a word from us, as behind a cut cable, the server ends it and lets others have its locks: as
long as a transaction may take in all. A commit that is held up on its way comes no later than that."""

_PASSING = ("40001", "40P01")
_STUCK = ("55P03", "57014")
"""A lock was not free in time; a statement took too long, which waited for a row."""
_TAKE = "SELECT pg_advisory_xact_lock(name) FROM unnest($1::bigint[]) AS name"


class BoundedFrame:
    """One transaction, for `transact`, on a connection that begins none by itself (`AUTOCOMMIT`)."""

    def __init__(self, lock_ms: int, *, is_patient: bool) -> None:
        self._is_patient = is_patient
        self._begin = (
            "BEGIN ISOLATION LEVEL READ COMMITTED;"
            f"SET LOCAL lock_timeout = {lock_ms};"
            f"SET LOCAL statement_timeout = {STATEMENT_MS};"
            f"SET LOCAL idle_in_transaction_session_timeout = {_IDLE_MS};"
            "SELECT set_config('synchronous_commit', 'on', true)"
            " WHERE current_setting('synchronous_commit') = 'off'"
        )
        self.is_committing = False
        """From then on nobody knows whether it is committed, until an answer has come."""
        self.is_read_only = False
        """The server has said so."""

    @classmethod
    def brief(cls) -> Self:
        """Return one in which many wait briefly for a lock; who is stuck then may wait alone."""
        return cls(BRIEFLY_MS, is_patient=False)

    @classmethod
    def patient(cls) -> Self:
        """Return one in which a single piece of work waits, and fails at the end."""
        return cls(PATIENTLY_MS, is_patient=True)

    def begin(self, connection: Connection, keys: tuple[str, ...]) -> None:
        """Begin it and lock the names, in one trip."""
        self.is_committing = False
        numbers = ",".join(map(str, locks.numbers_of(keys)))
        taken = f";SELECT pg_advisory_xact_lock(name) FROM unnest('{{{numbers}}}'::bigint[]) AS name" if numbers else ""  # noqa: S608 - numbers
        run(connection, lambda driver: driver.execute(self._begin + taken))

    def take(self, connection: Connection, keys: Iterable[str]) -> None:
        """Lock the names, in their order, so that no two wait for one another."""
        numbers = locks.numbers_of(keys)
        if numbers:
            fetch(connection, _TAKE, numbers)

    def commit(self, connection: Connection) -> None:
        """Commit it."""
        self.is_committing = True
        run(connection, lambda driver: driver.execute("COMMIT"))
        self.is_committing = False
        connection.rollback()  # what SQLAlchemy takes for a transaction

    def undo(self, connection: Connection) -> None:
        """Undo it; a connection that does not let itself be told is cut."""
        if not connection.invalidated:
            try:
                run(connection, lambda driver: driver.execute("ROLLBACK"))
            except DBAPIError:
                cut(connection)
        with suppress(DBAPIError):
            connection.rollback()

    def let_others_in(self, connection: Connection) -> None:
        """Do nothing: the locks have ended with the transaction."""

    def is_passing(self, exc: DBAPIError) -> bool:
        """Tell whether the next attempt may find it otherwise. Whoever has waited for a lock has waited enough."""
        self.is_read_only = self.is_read_only or state_of(exc) == READ_ONLY
        return isinstance(exc, IntegrityError) or state_of(exc) in _PASSING

    def is_stuck(self, exc: BaseException) -> bool:
        """Tell whether somebody else's lock was in the way."""
        return not self._is_patient and isinstance(exc, DBAPIError) and state_of(exc) in _STUCK


def note_read_only(context: ExceptionContext) -> None:
    """Have SQLAlchemy take a connection to a server that has become read-only for a broken one: another may not be."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
