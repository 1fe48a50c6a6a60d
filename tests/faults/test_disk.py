"""A full disk, and a database that another process has locked: nothing is issued, nothing is lost, and it heals."""

import asyncio
import resource
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from tests.faults.servers import Client, Server, server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="another process's limits can be set on Linux only"),
]

CLIENTS = 8


@contextmanager
def full(folder: Path, running: Server) -> Iterator[None]:
    """No file of the server can grow any more: what the system says of a full disk, it says of this limit too."""
    soft, hard = resource.prlimit(running.pid, resource.RLIMIT_FSIZE)
    size = folder.joinpath("accredit.db-wal").stat().st_size
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(folder: Path, running: Server) -> Iterator[None]:
    """Another process, this one, has the write lock and does not let go."""
    with closing(sqlite3.connect(folder / "accredit.db", isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        yield


def stored(folder: Path) -> tuple[int, int]:
    """Return how many sessions and refresh tokens there are."""
    with closing(sqlite3.connect(folder / "accredit.db")) as connection:
        query = "SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM refresh_tokens)"
        sessions, tokens = connection.execute(query).fetchone()
        return sessions, tokens


@pytest.mark.parametrize("fault", [full, locked])
@pytest.mark.threat(57)
async def test_nothing_is_issued_while_nothing_can_be_stored_and_then_all_goes_on(
    folder: Path, ada: Mapping[str, str], fault: Callable[[Path, Server], AbstractContextManager[None]]
) -> None:
    with server(folder) as running:
        old, new = ([Client(running.port) for _ in range(CLIENTS)] for _ in range(2))
        assert {answer.status for answer in await asyncio.gather(*(one.log_in(ada) for one in old))} == {200}
        before = stored(folder)

        with fault(folder, running):
            refused = await asyncio.gather(*(one.log_in(ada) for one in new), *(one.refresh() for one in old))
            assert {(answer.status, answer.body["error"]) for answer in refused} == {(503, "temporarily_unavailable")}
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
            assert not any("access_token" in answer.body for answer in refused)
            assert stored(folder) == before

        healed = await asyncio.gather(*(one.log_in(ada) for one in new), *(one.refresh() for one in old))
        assert {answer.status for answer in healed} == {200}
        for one in (*old, *new):
            one.leave()
