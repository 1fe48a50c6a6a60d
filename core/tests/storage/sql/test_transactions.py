"""What others do meanwhile is waited for or tried again, a bounded number of times; what failed is named."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from accredit.errors import StorageFailed
from accredit.storage.sql import locks
from accredit.storage.sql.failures import failure
from accredit.storage.sql.transactions import ATTEMPTS, read, transact


class Refused(Exception):
    """An error as drivers raise it."""

    def __init__(self, *args: Any, sqlstate: str | None = None) -> None:
        super().__init__(*args)
        self.sqlstate = sqlstate


def busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = "SQLITE_BUSY"
    return error


PASSING = [Refused("deadlock", sqlstate="40P01"), Refused("retry", sqlstate="40001"), Refused(1213, "deadlock"), busy()]


@pytest.fixture
def engine(path: Path) -> sa.Engine:
    return sa.create_engine(f"sqlite:///{path}")


@pytest.mark.parametrize("cause", PASSING, ids=repr)
def test_what_passes_is_tried_again_and_not_for_ever(cause: Exception, engine: sa.Engine) -> None:
    begun: list[int] = []

    def work(connection: sa.Connection) -> int:
        connection.exec_driver_sql("CREATE TABLE things (name TEXT)")  # fails if it was not undone
        begun.append(1)
        if len(begun) < succeeds_at:
            raise OperationalError("UPDATE", {}, cause)
        return len(begun)

    with engine.connect() as connection:
        succeeds_at = ATTEMPTS + 1
        with pytest.raises(OperationalError):
            transact(connection, work)
        assert len(begun) == ATTEMPTS
        begun.clear()
        succeeds_at = ATTEMPTS
        assert transact(connection, work) == ATTEMPTS
    engine.dispose()


def test_what_does_not_pass_is_not_tried_again(engine: sa.Engine) -> None:
    begun: list[int] = []

    def work(_: sa.Connection) -> None:
        begun.append(1)
        raise OperationalError("UPDATE", {}, Refused("no such table"))

    with engine.connect() as connection:
        for run in (transact, read):
            with pytest.raises(OperationalError):
                run(connection, work)
    assert len(begun) == 2
    engine.dispose()


def test_a_failure_names_kind_and_code() -> None:
    statement = "INSERT INTO accredit_sessions VALUES ('secret')"
    for exc, detail in (
        (IntegrityError(statement, {}, Refused("secret", sqlstate="23505")), "database: Refused 23505"),
        (OperationalError(statement, {}, Refused(1205, "secret")), "database: Refused 1205"),
        (OperationalError(statement, {}, Refused("secret")), "database: Refused"),
        (OperationalError(statement, {}, Refused()), "database: Refused"),
        (UnicodeError("secret"), "database: UnicodeError"),
        (RuntimeError("secret"), "database: RuntimeError"),
        (StorageFailed("the store is closed"), "the store is closed"),
    ):
        found = failure(exc)
        assert isinstance(found, StorageFailed)
        assert found is not exc
        assert found.detail == detail


@pytest.mark.parametrize(
    "said", ["Event loop is closed", "Task <Task> got Future <Future> attached to a different loop"]
)
def test_connections_of_another_loop_are_told(said: str) -> None:
    detail = getattr(failure(RuntimeError(said)), "detail", "")
    assert detail.startswith("the engine has connections of another event loop: make it in the loop that serves, or")


def test_what_is_committed_is_not_run_again_where_its_locks_cannot_be_released(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: sa.Connection) -> None:
        raise OperationalError("", {}, Exception("gone"), connection_invalidated=True)

    monkeypatch.setattr(locks, "release", broken)
    runs = iter(range(9))
    with engine.connect() as connection:
        assert transact(connection, lambda _: next(runs)) == 0
        assert connection.invalidated
    engine.dispose()
