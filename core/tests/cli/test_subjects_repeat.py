"""`accredit subjects repeat`: what was done to subjects since a backup is done again from the logs that were kept."""

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from core.tests.cli.conftest import Run

from accredit.storage import SqliteStorage, StoredSubject

EVER = "1970-01-01T00:00"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other server is there to be waited for."""
    monkeypatch.setattr("accredit.exchange.persons.COMMIT_S", 0)


@pytest.fixture
def config(tmp_path: Path) -> str:
    async def make() -> None:
        storage = SqliteStorage(str(tmp_path / "accredit.db"))
        await storage.open()
        for number, subject in enumerate(("ada", "grace", "alan", "joan")):
            await storage.create("acme", str(number), subject, now=1)
        await storage.close()

    asyncio.run(make())
    path = tmp_path / "accredit.toml"
    path.write_text(f'issuer = "https://login.example.com/"\n[storage]\nurl = "sqlite:///{tmp_path}/accredit.db"\n')
    return str(path)


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[str, str], StoredSubject | None]:
    def stored(namespace: str, user_id: str) -> StoredSubject | None:
        async def look() -> StoredSubject | None:
            storage = SqliteStorage(str(tmp_path / "accredit.db"))
            await storage.open()
            found = await storage.subject_of(namespace, user_id)
            await storage.close()
            return found

        return asyncio.run(look())

    return stored


def line(done: str, when: str = "2026-11-26T04:00:00Z", **of: str) -> str:
    return json.dumps({"event": f"subject.{done}", "level": "info", "timestamp": when, **of}) + "\n"


def test_who_was_erased_or_blocked_since_the_backup_is_so_again_in_what_was_restored(
    run: Run, config: str, tmp_path: Path, stored: Callable[[str, str], StoredSubject | None]
) -> None:
    database, log = tmp_path / "accredit.db", tmp_path / "changes.log"
    shutil.copy(database, tmp_path / "backup.db")
    for arguments in (
        ("erase", "ada", "--yes"),
        ("block", "grace"),
        ("block", "alan"),
        ("unblock", "alan"),
        ("link", "globex", "7", "alan"),
        ("unlink", "acme", "3"),
    ):
        done = run("subjects", *arguments, "--config", config)
        with log.open("a") as kept:
            kept.write(done.output)  # with what is for people, as `2>&1 | tee -a` keeps it
    for beside in database.parent.glob("accredit.db*"):
        beside.unlink()
    shutil.copy(tmp_path / "backup.db", database)
    assert stored("acme", "0") == StoredSubject("ada")

    repeat = ("subjects", "repeat", str(log), "--since", EVER, "--config", config)
    asked = run(*repeat)
    assert (asked.exit_code, asked.stderr) == (1, "accredit: 6 changes since then; --yes does them again\n")
    said = ["erased ada", "blocked grace", "blocked alan", "unblocked alan", "linked globex 7 alan", "unlinked acme 3"]
    assert asked.stdout.splitlines() == [f"would be {one}" for one in said]
    assert stored("acme", "0") == StoredSubject("ada")

    for _ in range(2):  # the second time as well
        done = run(*repeat, "--yes")
        assert (done.exit_code, done.stdout.splitlines()) == (0, said)
        found = [stored("acme", "1"), stored("acme", "2"), stored("globex", "7"), stored("acme", "3")]
        assert stored("acme", "0") is None
        assert [one and (one.id, one.blocked, one.unlinked) for one in found] == [
            ("grace", True, False),
            ("alan", False, False),
            ("alan", False, False),
            ("joan", False, True),
        ]


def test_only_what_came_after_the_backup_is_repeated_in_the_order_of_time(
    run: Run, config: str, tmp_path: Path
) -> None:
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    one.write_text(
        line("erased", "2026-11-26T02:59:59.9Z", subject="ada")
        + line("unblocked", "2026-11-26T05:00:00Z", subject="grace")
    )
    other.write_text(line("blocked", "2026-11-26T03:00:00Z", subject="grace"))
    since = ("--since", "2026-11-26T03:00:00Z", "--config", config)
    said = run("subjects", "repeat", str(one), str(other), *since)

    assert said.stdout == "would be blocked grace\nwould be unblocked grace\n"


def test_a_line_that_holds_an_event_inside_of_what_a_caller_sent_is_left_out(
    run: Run, config: str, tmp_path: Path
) -> None:
    log = tmp_path / "mixed.log"
    inside = line("erased", subject="ada").strip()
    log.write_text(
        f'GET /?{inside} 404\n[]\n"{inside}"\n{json.dumps({"event": "x", "detail": inside})}\n\xff\n', "latin-1"
    )
    said = run("subjects", "repeat", str(log), "--since", EVER, "--yes", "--config", config)

    assert (said.exit_code, said.stdout) == (0, "")
    assert run("subjects", "repeat", str(log), "--since", EVER, "--config", config).exit_code == 0


@pytest.mark.parametrize(
    ("broken", "of"),
    [("erased", {}), ("linked", {"subject": "ada"}), ("unlinked", {}), ("blocked", {"subject": "a b"})],
)
def test_an_event_that_does_not_say_of_whom_stops_before_anything_is_done(
    run: Run,
    config: str,
    tmp_path: Path,
    broken: str,
    of: dict[str, str],
    stored: Callable[[str, str], StoredSubject | None],
) -> None:
    log = tmp_path / "changes.log"
    log.write_text(line("erased", subject="ada") + line(broken, **of))
    said = run("subjects", "repeat", str(log), "--since", EVER, "--yes", "--config", config)

    assert said.exit_code == 2
    assert f"a line of subject.{broken} has no timestamp, or does not say of whom" in said.stderr
    assert stored("acme", "0") == StoredSubject("ada")


def test_what_cannot_be_done_again_is_told_and_the_rest_is_done(run: Run, config: str, tmp_path: Path) -> None:
    log = tmp_path / "changes.log"
    log.write_text(line("linked", namespace="acme", user_id="0", subject="grace") + line("blocked", subject="alan"))
    said = run("subjects", "repeat", str(log), "--since", EVER, "--yes", "--config", config)

    assert said.exit_code == 1
    assert "linked acme 0 grace: cannot be done, it belongs to another subject\n" in said.stdout
    assert run("subjects", "show", "alan", "--config", config).stdout.startswith("alan: blocked\n")


def test_a_time_that_is_none_is_refused(run: Run, config: str, tmp_path: Path) -> None:
    (tmp_path / "changes.log").touch()
    said = run("subjects", "repeat", str(tmp_path / "changes.log"), "--since", "yesterday", "--config", config)

    assert said.exit_code == 2
    assert "Invalid value for --since: it is neither an age" in said.stderr
