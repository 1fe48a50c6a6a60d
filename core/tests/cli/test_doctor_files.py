"""The key file and the database, as the next start will find them."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from accredit.cli.checkup import database
from accredit.cli.checkup.database import examine_database
from accredit.cli.checkup.finding import Finding
from accredit.cli.checkup.key_file import examine_key_file
from accredit.cli.checkup.storage import examine_storage
from accredit.keys import KeyFile
from accredit.settings import StorageSettings
from accredit.storage import backends
from accredit.storage.migrate import migrate
from accredit.storage.schema.revisions import HEAD


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    KeyFile(path).load("ES256")
    return path


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "a b%.db"
    migrate(path)
    return path


def judged(path: Path, alg: str = "ES256", **options: Any) -> Finding:
    [finding] = examine_key_file(KeyFile(path, **options), alg)
    return finding


def test_a_good_key_file(keys: Path) -> None:
    finding = judged(keys)

    assert (finding.status, finding.about) == ("ok", str(keys))
    assert finding.what == "private, 2 keys (ES256), signs with ES256"


def test_a_key_file_that_is_not_there_may_be_a_first_start_or_a_loss(tmp_path: Path) -> None:
    finding = judged(tmp_path / "keys.json")

    assert (finding.status, finding.what) == ("warn", "is not there; the next start makes one")
    assert finding.change is not None
    assert "restore it" in finding.change
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610])
def test_a_key_file_that_others_may_use_stops_the_start(keys: Path, mode: int) -> None:
    keys.chmod(mode)

    assert (judged(keys).status, judged(keys).what.partition("run: ")[2]) == ("fail", f"chmod 600 {keys}")


def test_each_key_file_that_cannot_be_used_is_told_with_its_own_remedy(keys: Path) -> None:
    keys.write_text('{"keys": []}')
    assert (judged(keys).status, "holds no key; restore it" in judged(keys).what) == ("fail", True)
    keys.unlink()
    keys.mkdir()
    assert (judged(keys).status, "is a folder; name a file in it" in judged(keys).what) == ("fail", True)
    keys.rmdir()
    os.mkfifo(keys, 0o600)
    assert (judged(keys).status, "is a pipe or a device; name a regular" in judged(keys).what) == ("fail", True)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": [{"kty": "EC"}]}', b'{"keys": 3}', b"\xff"])
def test_what_is_no_key_file_is_a_failure(keys: Path, content: bytes) -> None:
    keys.write_bytes(content)

    assert judged(keys).status == "fail"
    assert str(keys) in judged(keys).what


def test_an_encrypted_key_file_takes_its_key(keys: Path) -> None:
    KeyFile(keys, encryption_keys=[bytes(32)]).encrypt()

    assert judged(keys, encryption_keys=[bytes(32)]).status == "ok"
    assert judged(keys).status == "fail"
    assert judged(keys, encryption_keys=[bytes(31) + b"x"]).status == "fail"


def test_a_key_file_without_a_key_of_the_algorithm_gets_one(keys: Path) -> None:
    before = keys.read_bytes()

    finding = judged(keys, "EdDSA")

    assert (finding.status, finding.what) == ("warn", "has no key that signs with EdDSA; the next start makes one")
    assert keys.read_bytes() == before


def test_every_algorithm_is_named(keys: Path) -> None:
    KeyFile(keys).load("EdDSA")

    assert judged(keys, "EdDSA").what == "private, 4 keys (ES256, EdDSA), signs with EdDSA"


@pytest.mark.parametrize("examine", [judged, lambda path: _only(path)])
def test_a_folder_that_is_not_there_is_a_failure(tmp_path: Path, examine: Callable[[Path], Finding]) -> None:
    finding = examine(tmp_path / "nowhere" / "file")

    assert (finding.status, finding.what) == ("fail", f"the folder {tmp_path / 'nowhere'} does not exist")
    assert finding.change in ("make it, or change keys.path", "make it, or change storage.url")


@pytest.mark.parametrize("examine", [judged, lambda path: _only(path)])
def test_a_folder_that_may_not_be_written_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examine: Callable[[Path], Finding]
) -> None:
    # Whoever runs the tests may be root, to whom nothing is forbidden.
    monkeypatch.setattr("os.access", lambda one, _: one != tmp_path)
    finding = examine(tmp_path / "file")

    assert (finding.status, finding.what) == ("fail", f"the folder {tmp_path} may not be written")
    assert finding.change is not None
    assert finding.change.startswith("give it to the user that runs Accredit")


def test_a_database_that_may_not_be_written_is_a_failure(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda one, _: one != stored)

    assert (_only(stored).status, _only(stored).what) == ("fail", f"{stored} may not be read and written")


def test_a_complete_key_file_may_lie_where_nothing_can_be_written(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)

    assert judged(keys).status == "ok"
    assert judged(keys, "EdDSA").status == "fail"


def _only(path: Path) -> Finding:
    [finding] = examine_database(path)
    return finding


def test_a_good_database(stored: Path) -> None:
    finding = _only(stored)

    assert (finding.status, finding.about) == ("ok", str(stored))
    assert finding.what == f"opens, may be written, schema {HEAD} is current"


def test_a_database_that_is_not_there_may_be_a_first_start_or_a_loss(tmp_path: Path) -> None:
    finding = _only(tmp_path / "accredit.db")

    assert (finding.status, finding.what) == ("warn", "is not there; the next start makes one")
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_others_may_read_is_doubtful(stored: Path) -> None:
    stored.chmod(0o644)

    [permissions, opened] = examine_database(stored)

    assert (permissions.status, permissions.change) == ("warn", f"run: chmod 600 {stored}")
    assert opened.status == "ok"


def test_what_is_no_database_is_a_failure(stored: Path) -> None:
    stored.write_bytes(b"no database at all" * 100)

    finding = _only(stored)

    assert (finding.status, finding.what) == ("fail", "is no database: file is not a database")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "accredit.db").mkdir(0o700)

    assert _only(tmp_path / "accredit.db").status == "fail"


def test_an_empty_database_gets_its_schema(stored: Path) -> None:
    stored.write_bytes(b"")

    assert (_only(stored).status, _only(stored).what) == ("ok", "has no schema yet; the next start makes it")


@pytest.mark.parametrize(
    ("revision", "runs_with", "status", "what"),
    [
        ("0000", None, "warn", f"schema 0000 is old; the next start brings it to {HEAD}"),
        ("9999", "9999", "fail", f"schema 9999 is of a newer Accredit than {HEAD}"),
        ("9999", HEAD, "ok", "opens, may be written, schema 9999 is of a newer Accredit, which lets this one run"),
        ("ae1027a6acf1", None, "fail", "is another program's database"),
        (None, None, "ok", "has no schema yet; the next start makes it"),
    ],
)
def test_a_schema_is_judged_by_its_revision(
    stored: Path, revision: str | None, runs_with: str | None, status: str, what: str
) -> None:
    with closing(sqlite3.connect(stored)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
        if revision is not None:
            connection.execute("INSERT INTO alembic_version VALUES (?, ?)", (revision, runs_with))

    finding = _only(stored)

    assert (finding.status, finding.what) == (status, what)


def test_a_database_that_somebody_holds_is_doubtful(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_S", 0.0)
    with closing(sqlite3.connect(stored, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        finding = _only(stored)

    assert (finding.status, finding.what) == ("warn", "is locked for more than 0 s")


def test_a_running_server_is_not_in_the_way(stored: Path) -> None:
    with closing(sqlite3.connect(stored, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO alembic_version SELECT 'x', 'x' WHERE 0")
        finding = _only(stored)

    assert finding.status == "ok"


def test_a_storage_of_ours_is_its_database(stored: Path) -> None:
    [finding] = examine_storage(StorageSettings(url=f"sqlite:///{stored}"))
    assert (finding.status, finding.check) == ("ok", "database")
    assert list(examine_storage(StorageSettings(url="memory://"))) == []  # the settings' check warns of it


def test_a_storage_that_another_distribution_brings_is_found_or_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("acme", "accredit.storage.memory:MemoryStorage.from_url", backends.GROUP)
    monkeypatch.setattr(backends, "entry_points_of", lambda _: [entry])
    [finding] = examine_storage(StorageSettings(url="acme://user:secret@db"))
    assert finding == Finding("ok", "storage", "acme://…", "an unnamed distribution brings it; it is not opened here")

    monkeypatch.setattr(backends, "entry_points_of", lambda _: [])
    [finding] = examine_storage(StorageSettings(url="acme://user:secret@db"))
    assert (finding.status, finding.about) == ("fail", "acme://…")
    assert "brings the scheme 'acme'" in finding.what
