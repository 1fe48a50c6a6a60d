"""What waits is written together: many pieces of work, one transaction.

If any piece fails, the transaction does; then they are run again, each in a savepoint, and only the culprit fails.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from accredit.errors import ExchangeError, StorageFailed, UnclearCommit
from accredit.storage.sql.askers import Asker
from accredit.storage.sql.failures import failure
from accredit.storage.sql.frames import BY_DIALECT, Frame, is_passing
from accredit.storage.sql.rotations import Rotate
from accredit.storage.sql.session_rows import Start
from accredit.storage.sql.subject_rows import Entry
from accredit.storage.sql.transactions import transact
from accredit.storage.sql.used_rows import Use

Together = Mapping[type, Callable[[Connection, Sequence[Any]], Sequence[object]]]
"""What takes as many statements for many as for one, by the type of the work; each returns an outcome for each."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work: one of those, or a function that returns a result, or the error that its caller sees."""

    work: Start | Rotate | Entry | Use | Callable[[Connection], Any]
    keys: tuple[str, ...] = ()
    """The names that it locks."""
    asker: Asker = field(default_factory=Asker)


class Stuck(Exception):
    """Stands for the outcome of a piece that waits for somebody else's lock: it was left out, and may wait alone."""


def commit(connection: Connection, how: Together, pieces: Sequence[Piece], frame: Frame = BY_DIALECT) -> list[object]:
    """Run pieces of work in one transaction; return for each its result, or the `ExchangeError` to raise.

    Those that the frame calls stuck have the outcome `Stuck`: nothing of them is done.
    """
    keys = {key for piece in pieces for key in piece.keys}
    try:
        return transact(connection, lambda one: _together(one, how, pieces), keys, frame)
    except Exception as exc:
        is_broken = isinstance(exc, DBAPIError) and exc.connection_invalidated
        if len(pieces) == 1 and frame.is_stuck(exc):
            return [Stuck()]
        if len(pieces) == 1 or is_broken or isinstance(exc, UnclearCommit):
            return [failure(exc) for _ in pieces]
        # Then nobody takes all names at the beginning: one of them is somebody else's.
        taken, own = (set(), True) if frame.is_stuck(exc) else (keys, False)
    try:
        return transact(
            connection,
            lambda one: [_alone(one, how, piece, frame, own_keys=own) for piece in pieces],
            taken,
            frame,
        )
    except Exception as exc:
        return [failure(exc) for _ in pieces]


def _together(connection: Connection, how: Together, pieces: Sequence[Piece]) -> list[object]:
    wanted = [not piece.asker.has_gone for piece in pieces]  # once: elsewhere it may change meanwhile
    alike: defaultdict[type, list[object]] = defaultdict(list)
    for piece, is_wanted in zip(pieces, wanted, strict=True):
        if is_wanted:
            alike[type(piece.work)].append(piece.work)
    outcomes = {kind: iter(do(connection, alike[kind])) for kind, do in how.items() if kind in alike}

    def done(work: Any) -> object:
        its = outcomes.get(type(work))
        return work(connection) if its is None else next(its)

    return [
        done(piece.work) if is_wanted else StorageFailed("nobody waits for it any more")
        for piece, is_wanted in zip(pieces, wanted, strict=True)
    ]


def _alone(connection: Connection, how: Together, piece: Piece, frame: Frame, *, own_keys: bool) -> object:
    connection.exec_driver_sql("SAVEPOINT accredit")
    try:
        if own_keys:
            frame.take(connection, piece.keys)
        [outcome] = _together(connection, how, [piece])
    except Exception as exc:
        is_stuck = frame.is_stuck(exc)
        if isinstance(exc, DBAPIError) and is_passing(exc) and not isinstance(exc, IntegrityError) and not is_stuck:
            raise  # it has taken the whole transaction with it
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT accredit")
        outcome = Stuck() if is_stuck else failure(exc)
    connection.exec_driver_sql("RELEASE SAVEPOINT accredit")
    return outcome


def told(outcome: object) -> Any:
    """Return a result to its caller, or raise what it is to see."""
    if isinstance(outcome, ExchangeError):
        raise outcome
    return outcome
