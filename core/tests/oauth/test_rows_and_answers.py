"""No answer leaves before its row is on disk; and a session that is refreshed for a year has few rows, and one end."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from core.tests.bench import Bench
from core.tests.oauth.presented import call
from core.tests.oauth.support import GRANT_ERROR, log_in, refresh, token_bench

from accredit.storage import SqliteStorage
from accredit.storage.ports.sessions import MOST_REPLACED

DAY_S = 86_400
YEAR_S = 365 * DAY_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


@pytest.fixture
async def wire(path: Path) -> AsyncIterator[Bench]:
    storage = SqliteStorage(str(path))
    async with token_bench({"tokens": {"refresh_ttl_s": YEAR_S}}, storage=storage) as wire:
        storage._clock = wire.clock
        yield wire


def one(path: Path, query: str) -> Any:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchone()[0]


async def test_no_answer_leaves_while_its_row_cannot_be_written(wire: Bench, path: Path) -> None:
    first, second = await log_in(wire), await log_in(wire)
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        asking = [
            asyncio.create_task(wire.post(scope="openid offline_access")),
            asyncio.create_task(wire.post(scope="openid")),
            asyncio.create_task(refresh(wire, first["refresh_token"])),
            asyncio.create_task(call(wire, "/oauth/revoke", client_id="app", token=second["refresh_token"])),
        ]
        _, waiting = await asyncio.wait(asking, timeout=0.2)
        assert waiting == set(asking)
        lock.execute("ROLLBACK")
        answers = await asyncio.gather(*asking)
    assert [answer.status_code for answer in answers] == [200] * 4
    assert one(path, "SELECT count(*) FROM sessions") == 4
    assert one(path, "SELECT count(*) FROM refresh_tokens") == 4
    assert one(path, "SELECT count(*) FROM sessions WHERE ended") == 1


async def test_while_the_database_is_locked_no_more_waits_than_is_admitted(tmp_path: Path) -> None:
    path, storage = tmp_path / "accredit.db", SqliteStorage(str(tmp_path / "accredit.db"))
    async with token_bench({"limits": {"max_exchanges": 4}}, storage=storage) as wire:
        kept = await log_in(wire)
        with closing(sqlite3.connect(path, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            asking = [asyncio.create_task(wire.post(scope="openid offline_access")) for _ in range(40)]
            asking += [asyncio.create_task(refresh(wire, kept["refresh_token"])) for _ in range(40)]
            done, waiting = await asyncio.wait(asking, timeout=0.3)
            assert len(waiting) <= 8  # logins and refreshes; none of the others waits for anything
            assert storage.measured()["queue"] <= 8
            assert {task.result().status_code for task in done} == {503}
            assert all(int(task.result().headers["retry-after"]) > 0 for task in done)
            lock.execute("ROLLBACK")
            answers = await asyncio.gather(*waiting)
        assert [answer.status_code for answer in answers if "access_token" in answer.json()]


class Torn(sqlite3.Connection):
    """Loses every commit, as a disk that is torn out does; the transaction is rolled back."""

    is_torn = False

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "COMMIT" and Torn.is_torn:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(statement, *values)


async def test_of_a_commit_that_fails_no_token_leaves(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, **{"factory": Torn, **more}))
    async with token_bench(storage=SqliteStorage(str(path))) as wire:
        before = await log_in(wire)
        monkeypatch.setattr(Torn, "is_torn", True)
        asking = (wire.post(scope="openid offline_access") for _ in range(10))
        refused = await asyncio.gather(*asking, refresh(wire, before["refresh_token"]))
        assert {answer.status_code for answer in refused} == {503}
        assert not any("token" in answer.text for answer in refused)
        monkeypatch.setattr(Torn, "is_torn", False)
        assert one(path, "SELECT count(*) FROM sessions") == 1
        assert (await refresh(wire, before["refresh_token"])).status_code == 200


async def test_a_session_that_is_refreshed_for_a_year_has_few_rows_and_ends_with_it(wire: Bench, path: Path) -> None:
    tokens = [(await log_in(wire))["refresh_token"]]
    for _ in range(52):
        wire.clock.now += 7 * DAY_S
        answer = await refresh(wire, tokens[-1])
        assert answer.status_code == 200
        tokens.append(answer.json()["refresh_token"])
    assert one(path, "SELECT count(*) FROM refresh_tokens") == MOST_REPLACED + 1
    wire.clock.now += DAY_S  # each refresh was in time, and none has moved the end
    assert (await refresh(wire, tokens[-1])).json()["error"] == GRANT_ERROR[1]


async def test_a_token_that_was_spent_a_year_ago_still_ends_the_session_when_it_is_used(
    wire: Bench, path: Path
) -> None:
    tokens = [(await log_in(wire))["refresh_token"]]
    for _ in range(MOST_REPLACED + 10):
        wire.clock.now += 7 * DAY_S
        tokens.append((await refresh(wire, tokens[-1])).json()["refresh_token"])
    assert (await refresh(wire, tokens[0])).json()["error"] == GRANT_ERROR[1]
    assert one(path, "SELECT ended FROM sessions")
    assert (await refresh(wire, tokens[-1])).json()["error"] == GRANT_ERROR[1]


async def test_a_login_reads_the_storage_once_before_it_writes(wire: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    read, asked = SqliteStorage._read, list[str]()

    async def counted(self: SqliteStorage, work: Any, *args: str) -> Any:
        asked.append(work.__name__)
        return await read(self, work, *args)

    monkeypatch.setattr(SqliteStorage, "_read", counted)
    await log_in(wire)
    assert asked == ["look_up"]
