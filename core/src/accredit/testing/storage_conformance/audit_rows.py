"""Audit rows are kept, found and deleted: optional, `accredit.storage.KeepsAudit`."""

import asyncio
from dataclasses import replace
from typing import Any

from accredit.storage import AuditQuery, AuditRow, AuditStore, KeepsAudit, Storage
from accredit.storage.ports.audit import first_id
from accredit.testing.storage_conformance.samples import Clock
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, not_applicable, opened, required


class AuditRows(StorageSuite):
    """In the order of their time, by every question."""

    @check
    async def test_audit_rows_come_back_as_they_were_written_oldest_first(self, storage: Storage) -> None:
        """Of more than are wanted the latest; an odd text is text."""
        audit = _audit_of(storage)
        odd = replace(
            _row(2), detail="it's \u2028 \U0001f600", facts='{"a":"\\u0000"}', outcome=None, subject=None, status=None
        )
        await audit.write([_row(3), _row(1)])
        await audit.write([odd])
        equal(await audit.find(AuditQuery()), (_row(1), odd, _row(3)))
        equal(await audit.find(AuditQuery(limit=2)), (odd, _row(3)))

    @check
    async def test_audit_rows_are_found_by_each_of_their_columns(self, storage: Storage) -> None:
        """And by several at once, exactly as they are written: nothing written is a value, too."""
        audit = _audit_of(storage)
        rows = [
            _row(1, subject="ada", client_id="app", connection="acme", session_id="s", reason="ok", event="a.b"),
            _row(
                2, subject="Ada", client_id="App", connection="globex", session_id="t", reason="no", outcome="refused"
            ),
            _row(3, subject=None, client_id="", connection="", session_id=None, reason="", outcome=None, event="c.d"),
        ]
        await audit.write(rows)
        for number, query in (
            (0, {"subjects": ("ada",)}),
            (0, {"client_id": "app"}),
            (0, {"connection": "acme"}),
            (0, {"session_id": "s"}),
            (0, {"reason": "ok"}),
            (0, {"event": "a.b"}),
            (1, {"outcome": "refused"}),
            (1, {"reason": "no", "client_id": "App", "subjects": ("Ada", "nobody")}),
            (2, {"event": "c.d", "client_id": ""}),
            (2, {"client_id": ""}),
            (2, {"connection": ""}),
            (2, {"reason": ""}),
        ):
            wanted: dict[str, Any] = query
            equal(await audit.find(AuditQuery(**wanted)), (rows[number],))
        equal(await audit.find(AuditQuery(subjects=("ada",), reason="no")), ())
        equal(await audit.find(AuditQuery(subjects=("ada", "Ada"))), tuple(rows[:2]))

    @check
    async def test_pages_of_audit_rows_stay_while_rows_are_written(self, storage: Storage) -> None:
        """Back from an id, and on from one."""
        audit = _audit_of(storage)
        rows = [_row(number) for number in range(1, 8)]
        await audit.write(rows[:6])
        equal(await audit.find(AuditQuery(limit=2)), tuple(rows[4:6]))
        await audit.write(rows[6:])
        equal(await audit.find(AuditQuery(limit=2, before_id=rows[4].id)), tuple(rows[2:4]))
        equal(await audit.find(AuditQuery(from_id=rows[5].id)), tuple(rows[5:]))

    @check
    async def test_an_audit_row_whose_id_is_taken_is_not_lost(self, storage: Storage, clock: Clock) -> None:
        """Two servers may have made one in the same millisecond."""
        async with opened(required(self.another(clock), "another")) as other:
            await asyncio.gather(*(_audit_of(one).write([_row(1), _row(2)]) for one in (storage, other)))
            found = await _audit_of(storage).find(AuditQuery())
        equal(sorted(row.time_ms for row in found), [1, 1, 2, 2])
        equal(len({row.id for row in found}), 4)

    @check
    async def test_old_audit_rows_are_deleted_in_steps(self, storage: Storage) -> None:
        """And no others."""
        audit = _audit_of(storage)
        rows = [_row(number) for number in range(1, 1_301)]
        await audit.write(rows)
        while await audit.prune(first_id(1_299)):
            pass
        equal([row.time_ms for row in await audit.find(AuditQuery())], [1_299, 1_300])

    @check
    async def test_audit_rows_name_a_subject_no_longer(self, storage: Storage) -> None:
        """Nor anything else that is its own. What happened stays, and when; others' rows stay as they are."""
        audit = _audit_of(storage)
        rows = [_row(number, subject="ada", detail="d", facts='{"user_id":"1"}') for number in range(1, 601)]
        await audit.write([*rows, _row(1_000, subject="grace")])
        equal(await audit.pseudonymize("ada", "erased-1"), 600)
        equal(await audit.find(AuditQuery(subjects=("ada",))), ())
        blank = replace(rows[-1], subject="erased-1", session_id=None, detail="", facts="{}")
        equal(await audit.find(AuditQuery(subjects=("erased-1",), limit=1)), (blank,))
        equal(await audit.find(AuditQuery(subjects=("grace",))), (_row(1_000, subject="grace"),))
        equal(await audit.pseudonymize("ada", "erased-2"), 0)


def _row(time_ms: int, **changes: Any) -> AuditRow:
    values: dict[str, Any] = {
        "node": "one",
        "event": "exchange.accepted",
        "outcome": "accepted",
        "reason": "ok",
        "status": 200,
        "client_id": "app",
        "connection": "acme",
        "subject": "acme|1",
        "session_id": "session",
        "duration_ms": 1.5,
    }
    return AuditRow(id=first_id(time_ms), time_ms=time_ms, **(values | changes))


def _audit_of(storage: Storage) -> AuditStore:
    audit = storage.audit if isinstance(storage, KeepsAudit) else None
    if audit is None:
        not_applicable("it keeps no audit rows: it is no accredit.storage.KeepsAudit, or has no table for them")
    return audit
