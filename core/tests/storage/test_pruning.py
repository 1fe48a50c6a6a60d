"""Expired rows leave SQLite in small steps, and no login waits for one."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from core.tests.clock import Clock
from core.tests.storage.sessions import login

from accredit.storage import SqliteStorage
from accredit.storage.ports.replay import KEPT_S
from accredit.storage.sqlite import pruning
from accredit.storage.sqlite.pruning import MOST_AT_ONCE, Pruning

COUNT_EXPIRED = (
    "SELECT (SELECT count(*) FROM sessions WHERE kept_until = 2000)"
    " + (SELECT count(*) FROM used_ids WHERE jti <> 'forgotten')"
)


@pytest.fixture
async def storage(path: Path, clock: Clock) -> AsyncIterator[SqliteStorage]:
    """Return one with 500 sessions and 300 identifiers that have expired."""
    storage = SqliteStorage(str(path), clock=clock)
    await storage.open()
    expired = (storage.start(*login(f"old {n}", subject=f"acme|{n}", kept_until=2_000)) for n in range(500))
    await asyncio.gather(*expired)
    await asyncio.gather(*(storage.first_use(f"{n}", 2_000 - KEPT_S) for n in range(300)))
    clock.now = 2_000
    yield storage
    await storage.close()


@pytest.fixture
def transactions(storage: SqliteStorage) -> list[list[str]]:
    """Return the list in which each transaction of the writer will stand, by its statements."""
    begun: list[list[str]] = []

    def hear(statement: str) -> None:
        if statement.startswith("BEGIN"):
            begun.append([])
        begun[-1].append(statement)

    assert storage._writer is not None
    storage._writer._connection.set_trace_callback(hear)
    return begun


def rows(path: Path, query: str) -> Any:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchone()[0]


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_true():  # noqa: ASYNC110 - the writer tells nobody what it does in a pause
            await asyncio.sleep(0.005)


async def test_expired_rows_leave_when_nobody_waits(storage: SqliteStorage, path: Path) -> None:
    await until(lambda: rows(path, COUNT_EXPIRED) == 0)
    assert rows(path, "SELECT count(*) FROM refresh_tokens") == 0
    assert await storage.first_use("0", 2_000 - KEPT_S) is False  # forgotten, and so not new


async def test_no_login_shares_a_transaction_with_what_is_deleted(
    storage: SqliteStorage, path: Path, transactions: list[list[str]]
) -> None:
    for number in range(20):
        await asyncio.gather(*(storage.start(*login(f"new {number} {n}", subject=f"acme|{number}")) for n in range(30)))
    await until(lambda: rows(path, COUNT_EXPIRED) == 0)
    kinds = [
        {statement.split()[0] for statement in transaction if "sessions" in statement} & {"INSERT", "DELETE"}
        for transaction in list(transactions)
    ]
    assert {"INSERT"} in kinds
    assert {"DELETE"} in kinds
    assert {"INSERT", "DELETE"} not in kinds


async def test_whoever_waits_is_served_before_the_next_step(
    storage: SqliteStorage, path: Path, transactions: list[list[str]]
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        waiting = [asyncio.create_task(storage.start(*login(f"new {n}", subject=f"acme|{n}"))) for n in range(50)]
        await asyncio.sleep(0)
        transactions.clear()
        lock.execute("ROLLBACK")
        await asyncio.gather(*waiting)
    # Nothing but a step that had begun, perhaps.
    steps = [one for one in transactions if any("kept_until <=" in statement for statement in one)]
    assert len(steps) <= 1


def pruned_by(work: list[int], left: int) -> list[tuple[int, int]]:
    """Return how many steps came after each batch, and the most rows of a step."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    steps: list[int] = []

    def prune(_: sqlite3.Connection, most: int) -> bool:
        nonlocal left
        steps.append(min(most, left))
        left -= steps[-1]
        return left > 0

    planned, told = Pruning(prune), []
    for written in work:
        steps.clear()
        planned.after(connection, written)
        told.append((len(steps), max(steps, default=0)))
    connection.close()
    return told


def test_a_step_is_due_after_a_hundred_pieces_of_work_and_a_pause() -> None:
    work = [99, 0, 1, 0, 0, 100, 99, 0, 0]
    steps = [0, 0, 0, 1, 0, 0, 0, 1, 0]
    assert [count for count, _ in pruned_by(work, 10_000)] == steps


def test_without_a_pause_steps_come_between_batches_and_keep_up() -> None:
    told = pruned_by([512] * 20, 10**6)
    assert max(most for _, most in told) == MOST_AT_ONCE
    assert max(count for count, _ in told) <= 6
    assert sum(count for count, _ in told) * MOST_AT_ONCE >= 512 * 20 * 2 - 2 * pruning._OVERDUE


def test_where_nothing_is_left_no_step_is_tried_before_the_next_hundred() -> None:
    assert [count for count, _ in pruned_by([500, 0, 0, 0, 100, 0], 0)] == [0, 1, 0, 0, 0, 1]


def test_a_step_that_fails_fails_nobody_and_is_tried_again_with_the_next_hundred() -> None:
    connection, tried = sqlite3.connect(":memory:", isolation_level=None), list[bool]()

    def fail(connection: sqlite3.Connection, _: int) -> bool:
        tried.append(connection.in_transaction)
        raise sqlite3.OperationalError("database or disk is full")

    planned = Pruning(fail)
    for written in (100, 0, 0, 99, 0, 1, 0):
        planned.after(connection, written)
    assert tried == [True, True]
    assert not connection.in_transaction
    connection.close()
