"""`accredit subjects`: what the command line changes, a server on the same database sees."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from importlib.metadata import EntryPoint
from pathlib import Path
from unittest.mock import ANY

import pytest
from core.tests.cli.conftest import Run
from core.tests.cli.test_audit import row as audit_row
from core.tests.storage.sessions import login

from accredit.errors import StorageFailed
from accredit.storage import MemoryStorage, SqliteStorage, StoredSubject, backends


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "accredit.db"

    async def make() -> None:
        storage = SqliteStorage(str(path))
        await storage.open()
        await storage.create("acme", "1", "ada", now=1)
        await storage.close()

    asyncio.run(make())
    return path


@pytest.fixture
def config(tmp_path: Path, database: Path) -> str:
    path = tmp_path / "accredit.toml"
    path.write_text(f'issuer = "https://login.example.com/"\n[storage]\nurl = "sqlite:///{database}"\n')
    return str(path)


def stored(database: Path, strategy: str, user_id: str) -> StoredSubject | None:
    async def look() -> StoredSubject | None:
        storage = SqliteStorage(str(database))
        await storage.open()
        found = await storage.subject_of(strategy, user_id)
        await storage.close()
        return found

    return asyncio.run(look())


def test_show_names_the_identities(run: Run, config: str) -> None:
    shown = run("subjects", "show", "ada", "--config", config)

    assert (shown.exit_code, shown.stdout) == (0, "ada: not blocked\n  acme 1\n")


def test_show_of_an_unknown_subject_says_that_nothing_is_stored(run: Run, config: str) -> None:
    shown = run("subjects", "show", "acme|5", "--config", config)

    assert (shown.exit_code, shown.stdout) == (0, "acme|5: not blocked\n  no identity is stored\n")


def test_block_and_unblock(run: Run, config: str, database: Path) -> None:
    blocked = run("subjects", "block", "ada", "--config", config)
    assert (blocked.exit_code, blocked.stdout) == (0, "ada is blocked\n")
    assert stored(database, "acme", "1") == StoredSubject("ada", blocked=True, version=1, outdated_at=ANY)
    assert run("subjects", "show", "ada", "--config", config).stdout == "ada: blocked\n  acme 1\n"

    unblocked = run("subjects", "unblock", "ada", "--config", config)
    assert (unblocked.exit_code, unblocked.stdout) == (0, "ada is not blocked\n")
    assert stored(database, "acme", "1") == StoredSubject("ada", version=1, outdated_at=ANY)


def test_link_and_unlink(run: Run, config: str, database: Path) -> None:
    linked = run("subjects", "link", "globex", "7", "ada", "--config", config)
    assert (linked.exit_code, linked.stdout) == (0, "globex 7 belongs to ada\n")
    assert stored(database, "globex", "7") == StoredSubject("ada", identity_version=1)

    unlinked = run("subjects", "unlink", "globex", "7", "--config", config)
    assert (unlinked.exit_code, unlinked.stdout) == (0, "globex 7 belongs to nobody\n")
    left = stored(database, "globex", "7")
    assert left is not None
    assert (left.id, left.unlinked, left.identity_version) == ("ada", True, 2)


def test_what_a_client_calls_its_device_is_shown_and_not_obeyed(run: Run, config: str, database: Path) -> None:
    async def begin() -> None:
        storage = SqliteStorage(str(database))
        await storage.open()
        forever = int(time.time()) + 1_000_000
        await storage.start(*login("one", subject="ada", device="\x9b2J", expires_at=forever, kept_until=forever))
        await storage.close()

    asyncio.run(begin())
    assert "  \\u009b2J  " in run("subjects", "sessions", "ada", "--config", config).stdout


def test_sessions_are_shown_and_ended(run: Run, config: str, database: Path) -> None:
    async def begin() -> None:
        storage = SqliteStorage(str(database))
        await storage.open()
        forever = int(time.time()) + 1_000_000
        for name, device in (("one", "phone"), ("two", None)):
            await storage.start(
                *login(
                    name, subject="ada", device=device, auth_time=1_800_000_000, expires_at=forever, kept_until=forever
                )
            )
        await storage.close()

    asyncio.run(begin())
    shown = run("subjects", "sessions", "ada", "--config", config)
    assert (shown.exit_code, shown.stdout) == (
        0,
        "two  app  acme  -  2027-01-15 08:00:00 UTC\none  app  acme  phone  2027-01-15 08:00:00 UTC\n",
    )

    ended = run("subjects", "end-session", "two", "--config", config)
    assert (ended.exit_code, ended.stdout) == (0, "two has ended\n")
    told = {"event": "session.ended", "session_id": "two", "subject": "ada", "client_id": "app", "connection": "acme"}
    assert json.loads(ended.stderr) == {"level": "info", "timestamp": ANY, **told}
    again = run("subjects", "end-session", "two", "--config", config)
    assert (again.exit_code, again.stdout) == (1, "")
    assert again.stderr == "accredit: two is no live session; `accredit subjects sessions` shows them\n"
    assert run("subjects", "sessions", "ada", "--config", config).stdout.startswith("one ")
    assert run("subjects", "sessions", "grace", "--config", config).stdout == "grace: no session\n"


def test_what_is_changed_leaves_its_event_on_standard_error(run: Run, config: str) -> None:
    for arguments, told in (
        (("block", "ada"), {"event": "subject.blocked", "subject": "ada"}),
        (("unblock", "ada"), {"event": "subject.unblocked", "subject": "ada"}),
        (
            ("link", "globex", "7", "ada"),
            {"event": "subject.linked", "subject": "ada", "namespace": "globex", "user_id": "7"},
        ),
        (
            ("unlink", "globex", "7"),
            {"event": "subject.unlinked", "subject": "ada", "namespace": "globex", "user_id": "7"},
        ),
    ):
        done = run("subjects", *arguments, "--config", config)
        [line] = done.stderr.splitlines()
        assert json.loads(line) == {"level": "info", "timestamp": ANY, **told}


def test_what_only_looks_leaves_no_event(run: Run, config: str) -> None:
    for command in ("show", "sessions"):
        assert run("subjects", command, "ada", "--config", config).stderr == ""


def test_an_identity_of_another_subject_is_not_taken_away(run: Run, config: str, database: Path) -> None:
    refused = run("subjects", "link", "acme", "1", "grace", "--config", config)

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == "accredit: acme 1 belongs to another subject; unlink it first\n"
    assert stored(database, "acme", "1") == StoredSubject("ada")


def test_a_database_that_is_not_there_is_not_made(run: Run, config: str, database: Path) -> None:
    database.unlink()
    refused = run("subjects", "show", "ada", "--config", config)

    assert refused.exit_code == 2
    assert f"storage.url: {database} is not there: `accredit serve` makes it" in refused.stderr
    assert not database.exists()


def test_memory_cannot_be_looked_at_from_here(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "memory.toml"
    path.write_text('issuer = "https://login.example.com/"\n[storage]\nurl = "memory://"\n')
    refused = run("subjects", "show", "ada", "--config", str(path))

    assert refused.exit_code == 2
    assert "storage.url is memory://" in refused.stderr


class Failing(MemoryStorage):
    """A storage that another distribution brings, and that cannot be reached."""

    async def get(self, subject: str) -> StoredSubject | None:
        raise StorageFailed("no route to it")


def test_a_storage_that_another_distribution_brings_is_used_and_its_password_not_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("acme", "accredit.storage.memory:MemoryStorage.from_url", backends.GROUP)
    monkeypatch.setattr(backends, "entry_points_of", lambda _: [entry])
    path = tmp_path / "acme.toml"
    path.write_text('issuer = "https://login.example.com/"\n[storage]\nurl = "acme://user:secret@db"\n')
    assert run("subjects", "show", "ada", "--config", str(path)).exit_code == 0

    monkeypatch.setattr(MemoryStorage, "from_url", classmethod(lambda cls, url, *, clock: Failing()))
    refused = run("subjects", "show", "ada", "--config", str(path))
    assert refused.exit_code == 2
    assert "storage.url: cannot use acme://…: no route to it" in refused.stderr

    monkeypatch.setattr(backends, "entry_points_of", lambda _: [])
    refused = run("subjects", "show", "ada", "--config", str(path))
    assert refused.exit_code == 2
    assert "no installed distribution brings the scheme 'acme'" in refused.stderr
    assert "secret" not in refused.stderr


def test_without_a_subcommand_it_explains_itself(run: Run) -> None:
    shown = run("subjects", "--help")

    assert shown.exit_code == 0
    for command in ("show", "block", "unblock", "link", "unlink"):
        assert command in shown.stdout


@pytest.mark.threat(41)
@pytest.mark.parametrize("subject", ["", "a b", "app@clients"])
def test_nobody_is_linked_to_what_cannot_be_a_subject(run: Run, config: str, database: Path, subject: str) -> None:
    refused = run("subjects", "link", "acme", "9", subject, "--config", config)

    assert refused.exit_code == 2
    assert "Invalid value for SUBJECT" in refused.stderr
    assert stored(database, "acme", "9") is None


@pytest.mark.threat(57)
def test_a_database_that_cannot_be_written_is_told_in_a_sentence(
    run: Run, config: str, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kwargs: connect(*args, **{**kwargs, "timeout": 0.01}))
    with closing(sqlite3.connect(database, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        refused = run("subjects", "block", "ada", "--config", config)

    assert (refused.exit_code, refused.stdout) == (2, "")
    url = f"sqlite:///{database}"
    assert refused.stderr == f"accredit: storage.url: cannot use {url}: SQLite: OperationalError SQLITE_BUSY\n"
    assert stored(database, "acme", "1") == StoredSubject("ada", blocked=False)


def test_export_prints_all_that_is_stored_and_no_hash(run: Run, config: str, database: Path) -> None:
    async def log_in() -> None:
        storage = SqliteStorage(str(database))
        await storage.open()
        begun, token = login("secret-hash", subject="ada", device="phone", claims='{"name":"Ada"}')
        await storage.start(begun, token)
        await storage.close()

    asyncio.run(log_in())
    shown = run("subjects", "export", "ada", "--config", config)
    found = json.loads(shown.stdout)

    assert shown.exit_code == 0
    assert found["identities"] == [{"namespace": "acme", "user_id": "1", "linked_at": 1, "unlinked": False}]
    [session] = found["sessions"]
    assert (session["device"], session["claims"]) == ("phone", {"name": "Ada"})
    assert session["refresh_tokens"] == [{"issued_at": 2, "replaced_at": None}]
    assert session.pop("id") == "secret-hash"  # as this test names it
    assert "secret-hash" not in json.dumps(found)


def test_export_of_nobody_says_so(run: Run, config: str) -> None:
    shown = run("subjects", "export", "nobody", "--config", config)

    assert (shown.exit_code, json.loads(shown.stdout)["sessions"]) == (1, [])
    assert shown.stderr == "accredit: nothing is stored about nobody\n"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other server is there to be waited for."""
    monkeypatch.setattr("accredit.exchange.persons.COMMIT_S", 0)


@pytest.mark.usefixtures("quick")
def test_erase_asks_first(run: Run, config: str, database: Path) -> None:
    for nobody_or_no in ("", "n\n"):
        refused = run("subjects", "erase", "ada", "--config", config, typed=nobody_or_no)
        assert refused.exit_code == 1
        assert "Erase ada? This cannot be undone." in refused.stdout
        assert refused.stderr.endswith("accredit: nothing was erased; --yes erases without asking\n")
        assert stored(database, "acme", "1") == StoredSubject("ada")

    erased = run("subjects", "erase", "ada", "--config", config, typed="y\n")
    assert erased.exit_code == 0
    assert erased.stdout.endswith("ada is erased: 1 identities, 0 sessions\n")
    assert stored(database, "acme", "1") is None


@pytest.mark.usefixtures("quick")
def test_who_was_blocked_stays_blocked_when_erased(run: Run, config: str) -> None:
    run("subjects", "block", "ada", "--config", config)
    erased = run("subjects", "erase", "ada", "--yes", "--config", config)

    assert erased.stdout == "ada is erased: 1 identities, 0 sessions\nada was blocked, and still is\n"
    assert run("subjects", "show", "ada", "--config", config).stdout.startswith("ada: blocked\n")


def test_erase_takes_only_what_can_be_a_subject(run: Run, config: str) -> None:
    assert run("subjects", "erase", "a b", "--yes", "--config", config).exit_code == 2


@pytest.mark.usefixtures("quick")
def test_erasing_somebody_of_whom_nothing_is_stored_is_no_success_and_leaves_nothing(run: Run, config: str) -> None:
    for _ in range(2):  # a row that the first time had left would make the second one look like a success
        missed = run("subjects", "erase", "acme|typo", "--yes", "--config", config)
        assert (missed.exit_code, missed.stdout) == (1, "")
        assert missed.stderr == "accredit: nothing is stored about acme|typo, and nothing was erased\n"


@pytest.mark.usefixtures("quick")
def test_an_erasure_may_be_repeated_for_what_came_late(run: Run, config: str) -> None:
    for identities in (1, 0):
        erased = run("subjects", "erase", "ada", "--yes", "--config", config)
        assert (erased.exit_code, erased.stdout) == (0, f"ada is erased: {identities} identities, 0 sessions\n")
        assert json.loads(erased.stderr)["event"] == "subject.erased"


@pytest.mark.usefixtures("quick")
def test_who_is_named_by_an_audit_row_alone_is_erased(run: Run, config: str, database: Path) -> None:
    async def write() -> None:
        storage = SqliteStorage(str(database))
        await storage.open()
        await storage.audit.write([audit_row(60_000, subject="acme|5")])
        await storage.close()

    asyncio.run(write())
    assert run("subjects", "erase", "acme|5", "--yes", "--config", config).exit_code == 0
    assert run("subjects", "export", "acme|5", "--config", config).stdout.count("acme|5") == 1


def test_who_is_unknown_is_blocked_all_the_same_and_told_to_be_so(run: Run, config: str) -> None:
    blocked = run("subjects", "block", "acme|typo", "--config", config)
    told = "accredit: nothing is stored about acme|typo: see that the id is right\n"
    assert (blocked.exit_code, blocked.stdout) == (0, "acme|typo is blocked\n")
    assert blocked.stderr.endswith(told)
    assert run("subjects", "show", "acme|typo", "--config", config).stdout.startswith("acme|typo: blocked\n")

    assert told not in run("subjects", "block", "ada", "--config", config).stderr


def test_a_storage_that_cannot_say_who_is_known_blocks(
    run: Run, config: str, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StorageFailed("the look-up is too slow")

    monkeypatch.setattr(SqliteStorage, "person", away)
    blocked = run("subjects", "block", "ada", "--config", config)

    assert (blocked.exit_code, blocked.stdout) == (0, "ada is blocked\n")
    assert "nothing is stored" not in blocked.stderr
    assert stored(database, "acme", "1") == StoredSubject("ada", blocked=True, version=1, outdated_at=ANY)
