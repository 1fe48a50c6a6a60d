"""A database that is deleted, replaced, full, locked or read-only while the server runs."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from core.tests.bench import Bench, assert_refused
from core.tests.oauth.faulty_storage import (
    Connections,
    deleted,
    full,
    locked,
    open_database,
    replaced,
    without_its_log,
)
from core.tests.oauth.presented import call, introspect, userinfo
from core.tests.oauth.support import log_in, refresh, token_bench

UNAVAILABLE = (503, "temporarily_unavailable", "the service is not available, try again later")
GONE = {"deleted": deleted, "replaced": replaced}
WRITES_FAIL = ["full", "locked", "read-only", "without its log"]

pytestmark = pytest.mark.threat(57)


class Database:
    """A server with a database on disk, and what can become of that."""

    def __init__(self, wire: Bench, path: Path, connections: Connections) -> None:
        self.wire = wire
        self._path = path
        self._connections = connections

    def fault(self, name: str) -> AbstractContextManager[None]:
        """Return a context in which the database is like this."""
        kinds = {
            **GONE,
            "full": full,
            "locked": locked,
            "read-only": self._connections.read_only,
            "without its log": without_its_log,
        }
        return kinds[name](self._path)

    async def is_ready(self) -> bool:
        """Ask the server, once what it knows is a second old."""
        response = await self.wire.client.get("/readyz")
        assert response.status_code in {200, 503}
        return response.status_code == 200

    async def assert_unavailable(self, response: httpx.Response) -> None:
        """Check the answer, and that operators are told."""
        assert_refused(response, *UNAVAILABLE)
        assert response.headers["retry-after"] == "5"
        [(level, line)] = self.wire.log.events()
        assert (level, line["reason"], line["status"], line["alert"]) == ("critical", "storage_failed", 503, True)
        self.wire.log.lines.clear()


@pytest.fixture
async def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.setattr("accredit.oauth.readiness._FRESH_S", 0.0)
    storage, connections = open_database(tmp_path / "accredit.db", monkeypatch)
    async with token_bench(storage=storage) as wire:
        yield Database(wire, tmp_path / "accredit.db", connections)


@pytest.mark.parametrize("fault", [*GONE, *WRITES_FAIL])
async def test_readiness_tells_it_and_tells_when_it_is_over(database: Database, fault: str) -> None:
    assert await database.is_ready()
    with database.fault(fault):
        assert not await database.is_ready()
        assert not await database.is_ready()
    assert await database.is_ready()

    (lost, said), (back, recovered) = database.wire.log.events()
    assert (lost, said["event"]) == ("critical", "readiness.lost")
    assert said["detail"]
    assert (back, recovered["event"]) == ("info", "readiness.back")


@pytest.mark.parametrize("fault", [*GONE, *WRITES_FAIL])
async def test_nothing_is_issued_and_nothing_is_lost(database: Database, fault: str) -> None:
    wire = database.wire
    kept, spent = await log_in(wire), await log_in(wire)

    with database.fault(fault):
        await database.assert_unavailable(await wire.post(scope="openid offline_access"))
        await database.assert_unavailable(await refresh(wire, kept["refresh_token"]))
        revocation = await call(wire, "/oauth/revoke", client_id="app", token=spent["refresh_token"])
        await database.assert_unavailable(revocation)

    # The refresh that failed has not used the token up, and the revocation that failed was none.
    for login in (kept, spent):
        assert (await refresh(wire, login["refresh_token"])).status_code == 200


@pytest.mark.parametrize("fault", GONE)
async def test_what_others_cannot_see_is_not_read_either(database: Database, fault: str) -> None:
    wire = database.wire
    tokens = await log_in(wire)

    with database.fault(fault):
        await database.assert_unavailable(await userinfo(wire, tokens["access_token"]))
        await database.assert_unavailable(await introspect(wire, tokens["refresh_token"]))
        await database.assert_unavailable(await call(wire, "/tokeninfo", id_token=tokens["id_token"]))
        await database.assert_unavailable(await wire.post(scope="openid"))

    assert (await userinfo(wire, tokens["access_token"])).status_code == 200


@pytest.mark.parametrize("fault", WRITES_FAIL)
async def test_what_needs_no_writing_goes_on(database: Database, fault: str) -> None:
    wire = database.wire
    tokens = await log_in(wire)

    with database.fault(fault):
        assert (await userinfo(wire, tokens["access_token"])).status_code == 200
        assert (await introspect(wire, tokens["access_token"])).json()["active"] is True
