"""The one thread that writes: everything that waits shares one transaction.

So a durable row costs what an undurable one does. Work is a function of the connection, and nothing else, so that it
can be run again: if any fails, the transaction is, with a savepoint for each, and only the culprit fails.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from accredit.errors import ExchangeError, StorageFailed
from accredit.storage.ports.measured import Commit
from accredit.storage.sqlite.line import Line
from accredit.storage.sqlite.pruning import Prune, Pruning
from accredit.storage.sqlite.session_rows import Start
from accredit.storage.sqlite.transaction import transaction

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T | ExchangeError]
"""Returns what its caller gets, or the error that its caller is to see."""
Insert = Callable[[sqlite3.Connection, Sequence[Start]], Sequence[ExchangeError | None]]
"""Insert sessions; return for each what keeps it out, or None."""

_Waiting = tuple[Start | Work[Any], "asyncio.Future[Any]"]
_Outcome = tuple["asyncio.Future[Any]", object]
"""A future, and its result or the `ExchangeError` to raise."""


class Writer:
    """Run work on `connection`, in the order it came, and hand results back to the running event loop.

    `insert` stores sessions; `prune` deletes expired rows, a few at a time while nobody waits; `check` raises
    `StorageFailed` where the database is no more the one that was opened. The connection is closed at the end. Who is
    in `watchers` hears of each commit, with what `mark` has returned where its changes were asked for.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        insert: Insert,
        prune: Prune,
        check: Callable[[], None],
        watchers: Sequence[Callable[[Commit], object]] = (),
        mark: Callable[[], object] | None = None,
    ) -> None:
        self._connection = connection
        self._insert = insert
        self._check = check
        self._watchers = watchers
        self._mark = mark
        self._marks: dict[asyncio.Future[Any], object] = {}
        self._pruning = Pruning(prune)
        self.commits = self.changes = 0
        """So many transactions were committed, with so many pieces of work."""
        self._line: Line[Start | Work[Any]] = Line()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._write, name="accredit-sqlite", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """So many pieces of work wait for a transaction."""
        return self._line.size

    def put(self, work: Start | Work[Any]) -> "asyncio.Future[Any]":
        """Let a session be inserted, or some work be run, all or nothing; done after the commit that holds it.

        Or with `StorageFailed`: it is not done, and cannot be.

        Raises:
            StorageFailed: too much waits already.
        """
        done: asyncio.Future[Any] = self._loop.create_future()
        if self._mark is not None:
            self._marks[done] = self._mark()
            done.add_done_callback(self._marks.pop)
        try:
            self._line.put(work, done)
        except StorageFailed:
            self._marks.pop(done, None)
            raise
        return done

    async def close(self) -> None:
        """Commit what is waiting, then stop.

        Raises:
            StorageFailed: the connection cannot be closed.
        """
        ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._line.end(ended)
        if self._thread.is_alive():  # a fork leaves it behind
            # Not by another thread that joins this one: when the interpreter exits, no new thread starts.
            await ended
            self._thread.join()  # it has nothing left to do

    def _write(self) -> None:
        ended, outcome = self._write_until_closed(), None
        try:
            self._connection.close()
        except sqlite3.Error as exc:
            outcome = failure(exc)
        _tell(ended.get_loop(), [(ended, outcome)])

    def _write_until_closed(self) -> "asyncio.Future[Any]":
        while True:
            batch, ended = self._line.take(patience_s=self._pruning.pause_s)
            if batch:
                _tell(self._loop, self._commit(batch))
            if ended is not None:
                return ended
            self._pruning.after(self._connection, len(batch))

    def _commit(self, batch: list[_Waiting]) -> list[_Outcome]:
        try:
            try:
                return self._transact(batch, self._together)
            except _Unfit:
                # Somebody's value that SQLite cannot hold, say: nobody else's trouble.
                return self._transact(batch, self._one_by_one)
        except Exception as exc:  # whatever it is, the writer must live on
            return [(done, failure(exc)) for _, done in batch]

    def _transact(self, batch: list[_Waiting], do: Callable[[list[_Waiting]], list[_Outcome]]) -> list[_Outcome]:
        self._check()  # before: a file that comes back must not hold what nobody was told of
        began = time.perf_counter()
        with transaction(self._connection):
            # The lock was waited for: who has given up meanwhile was told that it is not done.
            outcomes = do([one for one in batch if not one[1].cancelled()])
        self.commits += 1
        self.changes += len(batch)
        self._check()  # after: else it might have gone in between
        if self._watchers:
            self._tell_watchers(began, batch)
        return outcomes

    def _tell_watchers(self, began: float, batch: list[_Waiting]) -> None:
        marks = tuple(self._marks.get(done) for _, done in batch) if self._marks else ()
        commit = Commit(began, time.perf_counter() - began, len(batch), "sqlite", marks)
        for heard in self._watchers:
            with suppress(Exception):  # what is stored is stored
                heard(commit)

    def _together(self, batch: list[_Waiting]) -> list[_Outcome]:
        """Run all work without savepoints, whose copies of pages would cost more than the work itself."""
        starts = [(work, done) for work, done in batch if isinstance(work, tuple)]
        try:
            verdicts = self._insert(self._connection, [start for start, _ in starts]) if starts else ()
            outcomes: list[_Outcome] = list(zip((done for _, done in starts), verdicts, strict=True))
            outcomes += [(done, work(self._connection)) for work, done in batch if not isinstance(work, tuple)]
        except Exception as exc:
            raise _Unfit from exc
        return outcomes

    def _one_by_one(self, batch: list[_Waiting]) -> list[_Outcome]:
        """Run each piece of work in a savepoint, so that it fails alone."""
        return [(done, self._alone(work)) for work, done in batch]

    def _alone(self, work: Start | Work[Any]) -> object:
        connection = self._connection
        connection.execute("SAVEPOINT alone")
        try:
            result = self._insert(connection, [work])[0] if isinstance(work, tuple) else work(connection)
        except Exception as exc:
            if not connection.in_transaction:  # SQLite has rolled everything back: it is everybody's trouble
                raise
            connection.execute("ROLLBACK TO alone")
            result = failure(exc)
        connection.execute("RELEASE alone")
        return result


class _Unfit(Exception):
    """Some piece of work in the batch has failed."""


def failure(exc: Exception) -> ExchangeError:
    """Return an error of its own for each caller: raised, it carries a traceback. The message may quote values."""
    if isinstance(exc, StorageFailed):
        return StorageFailed(exc.detail)
    code = getattr(exc, "sqlite_errorname", None)  # such as SQLITE_FULL
    return StorageFailed(f"SQLite: {type(exc).__name__}" + (f" {code}" if code else ""))


def _tell(loop: asyncio.AbstractEventLoop, outcomes: list[_Outcome]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(_resolve, outcomes)


def _resolve(outcomes: list[_Outcome]) -> None:
    for done, outcome in outcomes:
        if done.done():  # its exchange gave up meanwhile
            continue
        if isinstance(outcome, ExchangeError):
            done.set_exception(outcome)
        else:
            done.set_result(outcome)
