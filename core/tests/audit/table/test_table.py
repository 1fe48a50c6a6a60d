"""The audit table: every event becomes a row, behind the answer, and no trouble there is a login's trouble."""

import asyncio
from collections.abc import Sequence

import pytest
from core.tests.bench import NOW, Bench, bench, good_request
from core.tests.clock import Clock

from accredit import AnyEvent, BlockedEvent, ConfigurationError, OperationalEvent, Settings
from accredit.audit.table import AuditTable, fields_of_row
from accredit.audit.table import table as table_module
from accredit.audit.table.table import LARGEST_BATCH, MOST_WAITING
from accredit.errors import StorageFailed, UnclearCommit
from accredit.exchange.exchange import Exchange
from accredit.storage import AuditQuery, AuditRow, MemoryStorage
from accredit.storage.memory_audit import MemoryAudit
from accredit.storage.ports.audit import first_id

ON = {"audit": {"table": True}}
DAY_S = 86_400
BLOCKED = BlockedEvent(subject="ada")


class Failing(MemoryAudit):
    """Keeps rows once it is told to work."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)
        self.batches: list[int] = []

    async def write(self, rows: Sequence[AuditRow]) -> None:
        self.batches.append(len(rows))
        if self.errors:
            raise self.errors.pop(0)
        await super().write(rows)


def table_on(store: MemoryAudit, clock: Clock, told: list[AnyEvent], *, days: int = 1) -> AuditTable:
    return AuditTable(store, retention_days=days, clock=clock, monotonic=clock, emit=told.append)


async def rows_of(wire: Bench) -> tuple[AuditRow, ...]:
    table = wire.exchange.engine.audit_table
    assert table is not None
    await table.flush()
    return await wire.storage.audit.find(AuditQuery())


async def test_every_event_becomes_a_row_with_what_is_asked_for() -> None:
    async with bench(ON) as wire:
        await wire.post(scope="openid")
        await wire.post(access_token="foreign-token")
        accepted, refused = await rows_of(wire)

        event = wire.events[0]
    assert (accepted.event, accepted.outcome, accepted.reason, accepted.status) == (
        "exchange.accepted",
        "accepted",
        "ok",
        200,
    )
    assert (accepted.client_id, accepted.connection, accepted.subject) == ("app", "acme", "acme|1000")
    assert (accepted.session_id, accepted.time_ms) == (event.session_id, NOW * 1000)
    assert (refused.event, refused.reason, refused.status, refused.subject) == (
        "exchange.refused",
        "wrong_audience",
        401,
        None,
    )
    assert accepted.id < refused.id


async def test_a_row_says_who_has_asked_for_what_was_done_to_a_subject() -> None:
    async with bench(ON) as wire:
        await wire.exchange.subjects.block("ada")
        await wire.exchange.subjects.acting_as("support").unblock("ada")
        rows = await rows_of(wire)

    assert [(row.event, fields_of_row(row).get("by")) for row in rows] == [
        ("subject.blocked", None),
        ("subject.unblocked", "support"),
    ]


async def test_without_the_setting_there_is_no_table() -> None:
    async with bench() as wire:
        await wire.post()
        await asyncio.sleep(0)

        assert wire.exchange.engine.audit_table is None
        assert await wire.storage.audit.find(AuditQuery()) == ()


async def test_what_waits_is_written_when_the_exchange_closes() -> None:
    async with bench(ON) as wire:
        await wire.post()
    assert len(await wire.storage.audit.find(AuditQuery())) == 1


async def test_rows_are_written_in_the_background() -> None:
    written = asyncio.Event()

    class Telling(MemoryAudit):
        async def write(self, rows: Sequence[AuditRow]) -> None:
            written.set()

    storage = MemoryStorage()
    storage.audit = Telling()
    async with bench(ON, storage=storage) as wire:
        await wire.post()
        async with asyncio.timeout(30):
            await written.wait()


async def test_an_answer_does_not_wait_for_a_table_that_hangs() -> None:
    class Hanging(MemoryAudit):
        async def write(self, rows: Sequence[AuditRow]) -> None:
            await asyncio.Event().wait()

    storage = MemoryStorage()
    storage.audit = Hanging()
    async with bench(ON, storage=storage) as wire:
        table = wire.exchange.engine.audit_table
        assert table is not None
        table.patience_s = 0.01
        assert (await wire.post()).status_code == 200
    assert table.lost == 1


async def test_a_table_that_fails_is_told_once_a_minute_and_its_rows_are_tried_again(clock: Clock) -> None:
    told: list[AnyEvent] = []
    store = Failing(*[StorageFailed("full")] * 3)
    table = table_on(store, clock, told)
    table(BLOCKED)
    for seconds in (0, 30, 31):
        clock.now += seconds
        await table.flush()
        table.tell()
    assert [(event.name, event.detail, event.level) for event in told] == [("audit.behind", "full", "error")] * 2
    assert [event.facts for event in told if isinstance(event, OperationalEvent)] == [{"waiting": 1, "lost": 0}] * 2

    clock.now += 61
    await table.flush()
    table.tell()
    assert len(told) == 2
    assert (table.written, table.lost, len(await store.find(AuditQuery()))) == (1, 0, 1)


async def test_what_may_have_been_written_is_not_written_twice(clock: Clock) -> None:
    told: list[AnyEvent] = []
    store = Failing(UnclearCommit("broken"))
    table = table_on(store, clock, told)
    table(BLOCKED)
    await table.flush()
    table.tell()

    assert (table.lost, store.batches) == (1, [1])
    assert [event.facts for event in told if isinstance(event, OperationalEvent)] == [{"waiting": 0, "lost": 1}]


async def test_what_finds_no_room_is_counted_and_told(clock: Clock) -> None:
    told: list[AnyEvent] = []
    store = Failing()
    table = table_on(store, clock, told)
    for _ in range(MOST_WAITING + 3):
        table(BLOCKED)
    assert table.measured() == {"queue": MOST_WAITING, "rows": 0, "rows_lost": 3}
    await table.flush()
    table.tell()

    assert table.measured() == {"queue": 0, "rows": MOST_WAITING, "rows_lost": 3}
    assert set(store.batches) == {LARGEST_BATCH}
    assert [event.facts for event in told if isinstance(event, OperationalEvent)] == [{"waiting": 0, "lost": 3}]


async def test_rows_older_than_the_retention_are_deleted(clock: Clock) -> None:
    store = MemoryAudit()
    table = table_on(store, clock, [])
    now = int(clock.now)
    for age_s in (DAY_S + 1, DAY_S, 0):
        clock.now = now - age_s
        table(BLOCKED)
    clock.now = now
    await table.flush()
    await table.prune()

    assert [now * 1000 - row.time_ms for row in await store.find(AuditQuery())] == [DAY_S * 1000, 0]


class Unprunable(MemoryAudit):
    """Cannot delete the first time."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error: Exception | None = error
        self.again = asyncio.Event()

    async def prune(self, before_id: int) -> bool:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.again.set()
        return await super().prune(before_id)


@pytest.mark.parametrize("error", [StorageFailed("locked"), RuntimeError("MARKED")], ids=["failed", "a bug"])
async def test_deleting_that_fails_is_tried_again_later(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(table_module, "PRUNED_EVERY_S", 0)
    store = Unprunable(error)
    table = table_on(store, clock, [])
    clock.now -= 2 * DAY_S
    table(BLOCKED)
    clock.now += 2 * DAY_S
    await table.flush()
    table.open()
    async with asyncio.timeout(30):
        await store.again.wait()
    await table.close()
    assert await store.find(AuditQuery()) == ()


async def test_old_rows_that_cannot_be_deleted_are_told_until_they_are(clock: Clock) -> None:
    told: list[AnyEvent] = []
    table = table_on(Unprunable(StorageFailed("locked")), clock, told)
    await table.prune()
    table.tell()
    clock.now += 61
    await table.prune()
    table.tell()
    assert [(event.name, event.detail) for event in told] == [("audit.behind", "old rows cannot be deleted: locked")]


async def test_whatever_a_storage_raises_its_rows_are_tried_again_and_its_words_are_not_told(clock: Clock) -> None:
    told: list[AnyEvent] = []
    table = table_on(Failing(RuntimeError("MARKED")), clock, told)
    table(BLOCKED)
    await table.flush()
    table.tell()
    [event] = told
    assert event.detail.startswith("RuntimeError in Failing.write (test_table.py:")
    await table.flush()
    assert (table.written, table.lost) == (1, 0)


async def test_ids_grow_with_the_time_and_within_a_millisecond(clock: Clock) -> None:
    store = MemoryAudit()
    table = table_on(store, clock, [])
    clock.now = 5.0
    for _ in range(3):
        table(BLOCKED)
    clock.now = 5.001
    table(BLOCKED)
    clock.now = 4.0
    table(BLOCKED)
    await table.flush()
    rows = await store.find(AuditQuery())

    assert [row.time_ms for row in rows] == [4_000, 5_000, 5_000, 5_000, 5_001]
    assert all(first_id(row.time_ms) <= row.id < first_id(row.time_ms + 1) for row in rows)


async def test_what_is_repeated_is_left_out_as_in_the_log() -> None:
    async with bench({**ON, "limits": {"client": "1/minute"}}) as wire:
        for _ in range(4):
            await wire.post()
        rows = await rows_of(wire)

        assert len(rows) == len(wire.log.lines) < len(wire.events)


async def test_a_host_hears_that_its_storage_keeps_no_rows() -> None:
    storage = MemoryStorage()
    del storage.audit
    settings = Settings.model_validate({"issuer": "https://login.example.com/", **ON})
    with pytest.raises(ConfigurationError, match=r"audit.table: the storage, a MemoryStorage, keeps no audit rows"):
        Exchange(settings, storage=storage)


async def test_it_is_opened_and_closed_with_the_exchange_more_than_once() -> None:
    async with bench(ON) as wire:
        await wire.exchange.close()
        table = wire.exchange.engine.audit_table
        assert table is not None
        await table.close()
        await wire.exchange.open()
        await wire.exchange(good_request())
        assert len(await rows_of(wire)) == 1
