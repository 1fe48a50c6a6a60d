"""The life of the SQLite storage: opened once, closed from wherever somebody still can."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from accredit.errors import LifecycleError, StorageFailed
from accredit.storage import SqliteStorage
from accredit.storage.migrate import migrate
from accredit.storage.sqlite import subject_rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "accredit.db"
    migrate(path)
    return path


def writers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "accredit-sqlite"]


@pytest.mark.threat(59)
async def test_it_is_opened_once_and_may_be_opened_again_when_it_was_closed(path: Path) -> None:
    before, storage = len(writers()), SqliteStorage(str(path))
    for _ in range(2):
        await storage.open()
        with pytest.raises(LifecycleError, match=r"^the storage is open already: give each Exchange"):
            await storage.open()
        assert len(writers()) == before + 1
        await storage.set_blocked("ada", blocked=True)
        await storage.close()
        assert len(writers()) == before


def test_a_write_whose_loop_has_ended_is_stored_and_the_writer_lives_on(path: Path) -> None:
    before, storage = len(writers()), SqliteStorage(str(path))
    begun, go_on = threading.Event(), threading.Event()

    def block(connection: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(60)  # so that the answer comes when nobody waits for it any more
        subject_rows.set_blocked(connection, "ada", lambda: 1, blocked=True)

    async def leave_at_once() -> None:
        done = storage._write(block)
        assert await asyncio.to_thread(begun.wait, 60)
        assert not done.done()

    with asyncio.Runner() as runner:
        runner.run(storage.open())
        runner.run(leave_at_once())
    go_on.set()
    asyncio.run(storage.close())
    assert len(writers()) == before
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT id, blocked FROM subjects").fetchall() == [("ada", 1)]


async def test_a_closing_that_is_cancelled_ends_the_writer_all_the_same(path: Path) -> None:
    before, storage = set(writers()), SqliteStorage(str(path))
    await storage.open()
    [thread] = set(writers()) - before
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        task = asyncio.create_task(storage.set_blocked("ada", blocked=True))
        end = asyncio.create_task(storage.close())
        await asyncio.sleep(0)
        end.cancel()
        with pytest.raises(asyncio.CancelledError):
            await end
        lock.execute("ROLLBACK")
    await task
    await asyncio.to_thread(thread.join, 60)
    assert not thread.is_alive()


class Stuck(sqlite3.Connection):
    """Cannot be closed by the writer."""

    def close(self) -> None:
        super().close()
        if threading.current_thread().name == "accredit-sqlite":
            raise sqlite3.OperationalError("unable to close")


async def test_a_connection_that_cannot_be_closed_is_told_and_ends_the_writer(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **kwargs, factory=Stuck))
    before, storage = len(writers()), SqliteStorage(str(path))
    await storage.open()
    with pytest.raises(StorageFailed, match=r"^SQLite: OperationalError"):
        async with asyncio.timeout(60):
            await storage.close()
    for thread in writers()[before:]:
        await asyncio.to_thread(thread.join, 60)
    assert len(writers()) == before


async def test_a_process_without_the_writers_thread_does_not_wait_for_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, storage = set(writers()), SqliteStorage(str(path))
    await storage.open()
    [thread] = set(writers()) - before
    with monkeypatch.context() as child:  # what a fork leaves of a thread
        child.setattr(thread, "is_alive", lambda: False)
        async with asyncio.timeout(60):
            await storage.close()
    await asyncio.to_thread(thread.join, 60)
