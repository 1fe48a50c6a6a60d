"""`GET /healthz` and `GET /readyz`."""

import asyncio

import httpx
import pytest
from core.tests.bench import Bench
from core.tests.oauth.support import token_bench

from accredit import Exchange, Settings, create_app
from accredit.errors import StorageFailed
from accredit.storage import MemoryStorage


async def test_a_process_that_works_says_so(wire: Bench) -> None:
    for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
        response = await wire.client.get(path)
        assert (response.status_code, response.json()) == (200, {"status": status})
        assert response.headers["cache-control"] == "no-store"
        assert (await wire.client.head(path)).status_code == 200
        assert (await wire.client.post(path)).status_code == 405
    assert wire.log.lines == []
    assert wire.provider.requests == []


class Broken(MemoryStorage):
    """Cannot be read."""

    error: Exception = StorageFailed("MARKED")

    async def get(self, subject: str) -> None:
        raise self.error


@pytest.mark.parametrize("error", [StorageFailed("MARKED"), OSError("MARKED"), RuntimeError("MARKED")])
async def test_a_storage_that_cannot_be_read_is_not_ready_but_alive(error: Exception) -> None:
    storage = Broken()
    storage.error = error
    async with token_bench(storage=storage) as wire:
        response = await wire.client.get("/readyz")
        assert (response.status_code, response.json()) == (503, {"status": "unavailable"})
        assert response.headers["cache-control"] == "no-store"
        assert (await wire.client.get("/healthz")).status_code == 200


async def test_a_storage_that_hangs_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(MemoryStorage):
        async def get(self, subject: str) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("accredit.oauth.readiness._TIMEOUT_S", 0.0)
    async with token_bench(storage=Hanging()) as wire:
        assert (await wire.client.get("/readyz")).status_code == 503


async def test_what_is_not_open_is_not_ready() -> None:
    exchange = Exchange(Settings.model_validate({"issuer": "https://a.example", "storage": {"url": "memory://"}}))
    transport = httpx.ASGITransport(app=create_app(exchange))
    async with httpx.AsyncClient(transport=transport, base_url="https://a.example") as client:
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200


class Counting(MemoryStorage):
    """Counts how often it is tried, and waits for `go` each time."""

    def __init__(self) -> None:
        super().__init__()
        self.checks = 0
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def check(self) -> None:
        self.checks += 1
        self.begun.set()
        await self.go.wait()


async def test_many_who_ask_cost_one_attempt() -> None:
    storage = Counting()
    async with token_bench(storage=storage) as wire:
        asking = [asyncio.create_task(wire.client.get("/readyz")) for _ in range(20)]
        await storage.begun.wait()
        storage.go.set()
        assert {(await one).status_code for one in asking} == {200}
        assert (await wire.client.get("/readyz")).status_code == 200  # what came of it counts for a second
        assert storage.checks == 1


async def test_an_attempt_that_hangs_stays_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.oauth.readiness._TIMEOUT_S", 0.0)
    monkeypatch.setattr("accredit.oauth.readiness._FRESH_S", 0.0)
    storage = Counting()
    async with token_bench(storage=storage) as wire:
        for _ in range(3):
            assert (await wire.client.get("/readyz")).status_code == 503
        assert storage.checks == 1
        [(level, line)] = wire.log.events()
        assert (level, line["event"], line["detail"]) == (
            "critical",
            "readiness.lost",
            "the storage does not answer",
        )
        storage.go.set()
        monkeypatch.setattr("accredit.oauth.readiness._TIMEOUT_S", 10.0)
        assert (await wire.client.get("/readyz")).status_code == 200
