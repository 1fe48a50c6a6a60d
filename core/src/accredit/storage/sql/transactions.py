"""One transaction, tried again where others were in its way; `frames` says how it begins and ends."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from accredit.errors import UnclearCommit
from accredit.storage.sql.frames import BY_DIALECT, Frame, is_passing

T = TypeVar("T")

# Without a pause between: the one who was in the way has ended, or the database itself has waited for long.
ATTEMPTS = 6


def for_writes(engine: Engine) -> Engine:
    """Return the same engine, whose connections are ready for `transact`."""
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="READ COMMITTED")


def for_reads(engine: Engine) -> Engine:
    """Return the same engine for single statements: on PostgreSQL without a transaction, which saves two trips."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine


def transact(
    connection: Connection, work: Callable[[Connection], T], keys: Iterable[str] = (), frame: Frame = BY_DIALECT
) -> T:
    """Run work in one transaction; return after its commit. It is run again where others were in its way."""
    result: T = _trying_again(frame.is_passing)(_once, connection, work, tuple(keys), frame)
    return result


def read(connection: Connection, work: Callable[[Connection], T]) -> T:
    """Run a look-up; once more where the connection was a dead one, or another one writes."""
    try:
        return work(connection)
    except DBAPIError as exc:
        if not (is_passing(exc) or exc.connection_invalidated):
            raise
        connection.rollback()
        return work(connection)


def _trying_again(is_passing: Callable[[DBAPIError], bool]) -> Retrying:
    """Return who runs it again. What failed on a broken connection was not committed: else it is `UnclearCommit`."""

    def is_worth_it(exc: BaseException) -> bool:
        return isinstance(exc, DBAPIError) and (is_passing(exc) or exc.connection_invalidated)

    return Retrying(
        stop=stop_after_attempt(ATTEMPTS), retry=retry_if_exception(is_worth_it), sleep=_at_once, reraise=True
    )


def _at_once(_: float) -> None:
    """Make no pause: in an event loop nothing else would run meanwhile."""


def _once(connection: Connection, work: Callable[[Connection], T], keys: tuple[str, ...], frame: Frame) -> T:
    try:
        frame.begin(connection, keys)
        result = work(connection)
    except BaseException:
        frame.undo(connection)
        raise
    try:
        frame.commit(connection)
    except DBAPIError as exc:
        frame.undo(connection)
        if exc.connection_invalidated:  # whether it was committed nobody knows: not again
            raise UnclearCommit("the connection broke while a transaction was committed") from None
        raise
    frame.let_others_in(connection)
    return result
