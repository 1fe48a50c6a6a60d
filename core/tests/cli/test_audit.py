"""`accredit audit`: what has happened is found by who, what, why and when."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from core.tests.cli.conftest import Run
from core.tests.clock import Clock

from accredit import BlockedEvent
from accredit.cli.tools import audit_rows
from accredit.cli.tools.times import epoch_ms
from accredit.errors import StorageFailed
from accredit.storage import AuditQuery, AuditRow, MemoryStorage, SqliteStorage
from accredit.storage.memory_audit import MemoryAudit
from accredit.storage.ports.audit import first_id

NOW_MS = int(time.time() * 1000)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
"""Ages are hours apart, since it may take half an hour until a test of this file has its turn."""


def row(age_ms: int, **changes: Any) -> AuditRow:
    values: dict[str, Any] = {
        "node": "one",
        "event": "exchange.accepted",
        "outcome": "accepted",
        "reason": "ok",
        "status": 200,
        "client_id": "app",
        "connection": "acme",
        "subject": "acme|1",
        "session_id": "sid-1",
        "facts": '{"checks":"verify:152ms"}',
        "duration_ms": 160.25,
    }
    time_ms = NOW_MS - age_ms
    return AuditRow(id=first_id(time_ms), time_ms=time_ms, **(values | changes))


REFUSED = {
    "event": "exchange.refused",
    "outcome": "refused",
    "reason": "wrong_audience",
    "status": 401,
    "subject": None,
    "session_id": None,
    "detail": "app 7\x1b[2J",
}
ROWS = [
    row(120 * HOUR_MS),
    row(60 * HOUR_MS, subject="ada", client_id="other", session_id="sid-2"),
    row(30 * HOUR_MS, **REFUSED),
    row(MINUTE_MS, connection="globex", subject="ada", session_id="sid-3"),
]


def stored(path: Path, rows: Sequence[AuditRow]) -> None:
    async def write() -> None:
        storage = SqliteStorage(str(path))
        await storage.open()
        await storage.create("globex", "7", "ada", now=1)
        await storage.audit.write(rows)
        await storage.close()

    asyncio.run(write())


@pytest.fixture
def config(tmp_path: Path) -> str:
    stored(tmp_path / "accredit.db", ROWS)
    path = tmp_path / "accredit.toml"
    url = f"sqlite:///{tmp_path / 'accredit.db'}"
    path.write_text(f'issuer = "https://login.example.com/"\n[storage]\nurl = "{url}"\n[audit]\ntable = true\n')
    return str(path)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ([], [0, 1, 2, 3]),
        (["--subject", "ada"], [1, 3]),
        (["--identity", "acme", "1"], [0]),
        (["--identity", "globex", "7"], [1, 3]),
        (["--identity", "globex", "7", "--subject", "ada"], [1, 3]),
        (["--client", "other"], [1]),
        (["--connection", "globex"], [3]),
        (["--session", "sid-2"], [1]),
        (["--reason", "wrong_audience"], [2]),
        (["--outcome", "refused"], [2]),
        (["--event", "exchange.accepted", "--limit", "2"], [1, 3]),
        (["--since", "90h"], [1, 2, 3]),
        (["--until", "45h"], [0, 1]),
        (["--since", "90h", "--until", "45h"], [1]),
        (["--before", str(ROWS[2].id), "--limit", "1"], [1]),
        (["--before", str(ROWS[2].id), "--until", "90h"], [0]),
        (["--before", str((1 << 63) - 1)], [0, 1, 2, 3]),
        (["--until", "9999-12-31", "--since", "0001-01-01T00:00+14:00"], [0, 1, 2, 3]),
    ],
)
def test_rows_are_found_by_each_option(run: Run, config: str, options: list[str], found: list[int]) -> None:
    ended = run("audit", *options, "--json", "--config", config)

    assert ended.exit_code == 0, ended.stderr
    assert [int(json.loads(line)["id"]) for line in ended.stdout.splitlines()] == [ROWS[one].id for one in found]


def test_a_row_as_json_has_the_names_of_the_log_line(run: Run, config: str) -> None:
    [line] = run("audit", "--session", "sid-2", "--json", "--config", config).stdout.splitlines()
    shown = json.loads(line)

    assert shown.pop("time").endswith("Z")
    assert shown == {
        "id": str(ROWS[1].id),
        "node": "one",
        "event": "exchange.accepted",
        "outcome": "accepted",
        "reason": "ok",
        "status": 200,
        "client_id": "other",
        "connection": "acme",
        "subject": "ada",
        "session_id": "sid-2",
        "duration_ms": 160.25,
        "checks": "verify:152ms",
    }


def test_people_get_a_line_each_without_colours_or_commands_to_a_terminal(run: Run, config: str) -> None:
    head, *lines = run("audit", "--config", config).stdout.splitlines()

    assert head.split() == ["TIME", "(UTC)", "EVENT", "REASON", "SUBJECT", "CLIENT", "CONNECTION", "MS"]
    assert [line.split()[2:7] for line in lines] == [
        ["exchange.accepted", "ok", "acme|1", "app", "acme"],
        ["exchange.accepted", "ok", "ada", "other", "acme"],
        ["exchange.refused", "wrong_audience", "-", "app", "acme"],
        ["exchange.accepted", "ok", "ada", "app", "globex"],
    ]
    assert "app 7\\u001b[2J" in lines[2]
    assert "\x1b" not in "".join(lines)


def test_columns_are_as_wide_as_what_stands_in_them(run: Run, config: str, tmp_path: Path) -> None:
    google = "google-oauth2|100000000000000000001"
    long = "x" * 255
    stored(tmp_path / "accredit.db", [row(3, subject=google), row(2, client_id="c" * 32), row(1, event="e\x1b" * 6)])
    head, *lines = run("audit", "--config", config).stdout.splitlines()
    for name, values in (("CLIENT", {"app", "other", "c" * 32}), ("CONNECTION", {"acme", "globex"})):
        assert {line[head.index(name) :].split()[0] for line in lines} == values

    stored(tmp_path / "accredit.db", [row(0, subject=long)])
    head, *lines = run("audit", "--config", config).stdout.splitlines()
    assert head.index("CLIENT") - head.index("SUBJECT") == 41
    assert long in lines[-1]


def test_a_line_says_who_has_asked_for_what_was_done(run: Run, config: str, tmp_path: Path) -> None:
    changes = {"event": "subject.blocked", "connection": "", "client_id": "", "session_id": None, "duration_ms": 0.0}
    stored(tmp_path / "accredit.db", [row(0, **changes, facts='{"by":"support"}'), row(1, **changes, facts="{}")])
    *_, host, support = run("audit", "--event", "subject.blocked", "--config", config).stdout.splitlines()

    assert support.endswith("  by support")
    assert "  by " not in host


def test_lines_of_json_hold_nothing_that_a_terminal_obeys(run: Run, config: str, tmp_path: Path) -> None:
    detail = "\x9b2J \u2028 \u202e é"
    stored(tmp_path / "accredit.db", [row(0, detail=detail)])
    ended = run("audit", "--json", "--limit", "1", "--config", config)

    assert ended.stdout.isascii()
    assert json.loads(ended.stdout)["detail"] == detail


def test_a_full_page_says_how_to_see_the_one_before(run: Run, config: str) -> None:
    ended = run("audit", "--limit", "3", "--config", config)
    assert f"--before {ROWS[1].id}" in ended.stderr
    assert "--before" not in run("audit", "--limit", "5", "--config", config).stderr


def test_where_nothing_has_happened_the_exit_code_is_1(run: Run, config: str) -> None:
    ended = run("audit", "--subject", "nobody", "--config", config)
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert ended.stderr == "accredit: nothing of that kind has happened\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--since", "yesterday"], "Invalid value for --since: it is neither an age, such as 30m"),
        (["--before", "x"], "Invalid value for --before: it is no id of a row"),
        (["--before", "9" * 20], "Invalid value for --before"),
        (["--before", str(1 << 63)], "Invalid value for --before: it is no id of a row"),
        (["--outcome", "refuse"], "Invalid value for --outcome: it is none of accepted, refused, limited, "),
        (
            ["--event", "exchange.acceptd"],
            "Invalid value for --event: it is none of exchange.accepted, exchange.refused, ",
        ),
        (["--event", "logins"], "Invalid value for --event: it is none of audit.behind, cache.failed, "),
        (["--limit", "0"], "Invalid value for '--limit'"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(run: Run, config: str, options: list[str], said: str) -> None:
    ended = run("audit", *options, "--config", config)
    assert ended.exit_code == 2
    assert said in ended.stderr


def test_where_the_table_is_off_it_says_how_to_switch_it_on(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "off.toml"
    path.write_text('issuer = "https://login.example.com/"\n')
    ended = run("audit", "--config", str(path))

    assert ended.exit_code == 2
    assert "the audit table is off, and events are in the log only: set `table = true` under [audit]" in ended.stderr


def test_a_storage_without_a_table_is_told(run: Run, config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("accredit.storage.memory.MemoryStorage.audit", raising=False)

    async def ask() -> None:
        from accredit.errors import ConfigurationError
        from accredit.exchange.subjects import Subjects

        storage = MemoryStorage()
        del storage.audit
        with pytest.raises(ConfigurationError, match="keeps no audit rows"):
            audit_rows.store_of(Subjects(storage))

    asyncio.run(ask())


def test_what_the_command_line_changes_stands_in_the_table(run: Run, config: str) -> None:
    assert run("subjects", "block", "acme|9", "--config", config).exit_code == 0
    ended = run("audit", "--event", BlockedEvent(subject="").name, "--json", "--config", config)

    assert json.loads(ended.stdout)["subject"] == "acme|9"


def test_what_the_command_line_changes_and_cannot_put_there_it_tells(
    run: Run, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise StorageFailed("the disk is full")

    monkeypatch.setattr("accredit.storage.sqlite.audit.SqliteAudit.write", fail)
    ended = run("subjects", "block", "acme|9", "--config", config)

    assert ended.exit_code == 0
    events = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events] == ["subject.blocked", "audit.behind"]
    assert (events[1]["waiting"], events[1]["detail"]) == (1, "the disk is full")


def test_following_goes_on_until_it_is_interrupted(
    run: Run, config: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    late = [row(NOW_MS - int(time.time() * 1000), subject="late")]
    pauses = []

    async def pause(_: float) -> None:
        pauses.append(1)
        if len(pauses) > 1:
            raise KeyboardInterrupt
        await asyncio.to_thread(stored, tmp_path / "accredit.db", late)

    monkeypatch.setattr(audit_rows, "_pause", pause)
    ended = run("audit", "--follow", "--limit", "1", "--json", "--config", config)

    assert ended.exit_code == 0
    assert [json.loads(line)["subject"] for line in ended.stdout.splitlines()] == ["ada", "late"]


async def test_a_row_that_is_written_late_is_followed_once(clock: Clock) -> None:
    store = MemoryAudit()
    now_ms = int(clock.now * 1000)
    late = AuditRow(id=first_id(now_ms - 5_000), time_ms=now_ms - 5_000, node="two", event="late")
    early = AuditRow(id=first_id(now_ms), time_ms=now_ms, node="one", event="early")
    await store.write([early])
    followed = audit_rows.follow(store, AuditQuery(), {early.id}, clock=clock, poll_s=0)
    found = asyncio.create_task(anext(followed))
    await asyncio.sleep(0)
    await store.write([late])
    assert (await found).event == "late"
    newest = AuditRow(id=first_id(now_ms + 1), time_ms=now_ms + 1, node="one", event="newest")
    await store.write([newest])
    assert (await anext(followed)).event == "newest"
    await followed.aclose()


def test_times_are_ages_or_dates() -> None:
    assert epoch_ms("2h", 10_000) == 2_800_000
    assert epoch_ms(" 1 D ", 90_000) == 3_600_000
    assert epoch_ms("1970-01-01T00:01", 0) == 60_000
    assert epoch_ms("1970-01-01T01:01+01:00", 0) == 60_000
    assert epoch_ms("1970-01-02", 0) == 86_400_000
