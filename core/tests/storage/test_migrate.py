"""The schema, brought up to date."""

import logging
import runpy
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from unittest.mock import ANY

import alembic.config
import alembic.script
import pytest
import sqlalchemy
from filelock import FileLock

import accredit.storage.migrate
from accredit.errors import ConfigurationError, NotReadyYet
from accredit.storage import Rotation, SqliteStorage, StoredSubject
from accredit.storage.migrate import migrate, unusable
from accredit.storage.ports.sessions import RefreshToken, Session
from accredit.storage.schema import runner
from accredit.storage.schema.revisions import HEAD

pytestmark = pytest.mark.slow

COMMAND = str(Path(accredit.storage.migrate.__file__).with_name("__main__.py"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


def execute(path: Path, *statements: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return [connection.execute(statement).fetchall() for statement in statements][-1]


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        migrate(path)
    return str(refused.value)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - ours


def test_a_fresh_database_is_made_for_its_owner_only(path: Path) -> None:
    migrate(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert execute(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_the_tables_have_the_columns_of_what_they_hold(path: Path) -> None:
    migrate(path)
    for table, kind, beside in (
        ("sessions", Session, ["ended"]),
        ("refresh_tokens", RefreshToken, ["replaced_at", "successors"]),
    ):
        columns = [(row[1], bool(row[3]), bool(row[5])) for row in execute(path, f"PRAGMA table_info({table})")]
        assert [name for name, _, _ in columns] == [*(field.name for field in fields(kind)), *beside]
        assert [name for name, not_null, _ in columns if not not_null] == [
            {"sessions": "device", "refresh_tokens": "replaced_at"}[table]
        ]
        assert [name for name, _, primary in columns if primary] == [fields(kind)[0].name]


def migrate_to(path: Path, revision: str) -> None:
    """Bring a fresh database to an older revision."""
    engine = sqlalchemy.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        runner.upgrade(connection, revision)
    engine.dispose()


async def test_logins_of_the_time_before_sessions_go_on(path: Path) -> None:
    migrate_to(path, "0001")
    names = "token_hash, family, issued_at, replaced_at, revoked, expires_at"
    rest = "client_id, subject, connection, strategy, user_id, scope, audience, device, claims, auth_time"
    values = "'app', 'ada', 'acme', 'acme', '1', 'openid', 'api', 'phone', '{}', 90"
    execute(
        path,
        *(
            f"INSERT INTO grants ({names}, {rest}) VALUES ({row}, {values})"  # noqa: S608 - written out above and below
            for row in (
                "'spent', 'one', 100, 110, 0, 900",
                "'live', 'one', 110, NULL, 0, 900",
                "'dead', 'two', 100, NULL, 1, 800",
            )
        ),
        "INSERT INTO subjects (id, blocked, created_at) VALUES ('grace', 1, 100)",
        "INSERT INTO identities (strategy, user_id, subject, unlinked, linked_at)"
        " VALUES ('acme', '7', 'grace', 1, 100)",
    )
    migrate(path)

    storage = SqliteStorage(str(path), clock=lambda: 200)
    await storage.open()
    one = await storage.session("one")
    assert one is not None
    assert not one.ended
    assert (one.session.subject, one.session.namespace, one.session.device) == ("ada", "acme", "phone")
    assert (one.session.auth_time, one.session.expires_at, one.session.renewable) == (90, 900, True)
    two = await storage.session("two")
    assert two is not None
    assert two.ended
    assert await storage.subject_of("acme", "7") == StoredSubject("grace", blocked=True, unlinked=True, outdated_at=ANY)
    successor = RefreshToken("new", "one", 200)
    assert await storage.rotate("live", successor, now=200, leeway_s=0) is Rotation.ROTATED
    assert await storage.rotate("spent", successor, now=200, leeway_s=0) is Rotation.REUSED
    await storage.close()
    assert execute(path, "SELECT name FROM sqlite_master WHERE name = 'grants'") == []


def test_an_empty_file_is_a_fresh_database(path: Path) -> None:
    path.touch(0o600)
    migrate(path)
    assert execute(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_head_is_alembics_head() -> None:
    config = alembic.config.Config()
    folder = Path(accredit.storage.migrate.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert alembic.script.ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_current_database_is_left_alone_without_loading_alembic(path: Path) -> None:
    migrate(path)
    before = path.read_bytes()
    code = (
        "import sys; from pathlib import Path; from accredit.storage.migrate import migrate; "
        "migrate(Path(sys.argv[1]));"
        "print([name for name in ('alembic', 'sqlalchemy', 'mako') if name in sys.modules])"
    )
    done = run("-c", code, str(path))
    assert (done.stdout, done.returncode) == ("[]\n", 0)
    assert path.read_bytes() == before


def test_sessions_are_kept_when_a_database_is_current(path: Path) -> None:
    migrate(path)
    columns = ", ".join(field.name for field in fields(Session))
    execute(path, f"INSERT INTO sessions ({columns}) VALUES ({', '.join(['1'] * len(fields(Session)))})")  # noqa: S608 - field names
    migrate(path)
    assert execute(path, "SELECT count(*) FROM sessions") == [(1,)]


def test_a_database_of_a_newer_version_is_refused_with_the_cure(path: Path) -> None:
    migrate(path)
    execute(path, "UPDATE alembic_version SET version_num = '9999', runs_with = '9998'")
    assert refusal(path) == (
        f"storage.url: {path} was upgraded by a newer Accredit; install that one, or use another database"
    )
    assert execute(path, "SELECT version_num FROM alembic_version") == [("9999",)]


async def test_a_database_of_a_newer_version_that_lets_this_one_run_is_used(path: Path) -> None:
    migrate(path)
    execute(path, f"UPDATE alembic_version SET version_num = '9999', runs_with = '{HEAD}'")  # noqa: S608 - our own constant
    storage = SqliteStorage(str(path))
    await storage.open()
    await storage.check()
    await storage.close()
    assert execute(path, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_another_programs_database_is_refused(path: Path) -> None:
    execute(path, "CREATE TABLE alembic_version (version_num)", "INSERT INTO alembic_version VALUES ('ae1027a6acf1')")
    assert refusal(path) == f"storage.url: {path} is another program's database; use one of its own for Accredit"


def test_a_migration_that_was_cut_short_is_done_again(path: Path) -> None:
    execute(path, "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    migrate(path)
    assert execute(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_a_migration_is_all_or_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import alembic.runtime.migration

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(alembic.runtime.migration.HeadMaintainer, "update_to_step", crash)
        with pytest.raises(RuntimeError, match="power cut"):
            migrate(path)
    migrate(path)
    assert execute(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_a_database_of_something_else_is_refused(path: Path) -> None:
    execute(path, "CREATE TABLE grants (something TEXT)")
    assert refusal(path).startswith(f"storage.url: cannot use {path}: ")
    assert execute(path, "SELECT name FROM sqlite_master WHERE name = 'grants'") == [("grants",)]


def test_what_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 100)
    assert refusal(path) == f"storage.url: cannot use {path}: file is not a database"


def test_a_lock_that_somebody_holds_is_worth_another_start(path: Path) -> None:
    for code, kind in (("SQLITE_BUSY", NotReadyYet), ("SQLITE_IOERR", ConfigurationError)):
        exc = sqlite3.OperationalError("told")
        exc.sqlite_errorname = code
        assert type(unusable(path, exc)) is kind


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith(f"storage.url: cannot use {tmp_path}: ")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    path = tmp_path / "file" / "accredit.db"
    assert refusal(path).startswith(f"storage.url: the folder {path.parent} does not exist; make it, or change ")


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "accredit.db"
    assert refusal(path).startswith(f"storage.url: the folder {path.parent} does not exist; make it, or change ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["100% of it.db", "%(here)s.db", "a?b#c&d=e.db", "ünï cödé.db", "a'b\"c;d.db", "%25.db"]
)
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    folder = tmp_path / f"folder of {name}"
    folder.mkdir()
    migrate(folder / name)
    migrate(folder / name)
    assert sorted(file.name for file in folder.iterdir() if file.suffix != ".lock") == [name]
    assert execute(folder / name, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_processes_that_start_at_once_all_succeed(path: Path) -> None:
    started = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "accredit.storage", str(path)], stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [(process.communicate(timeout=120)[1], process.returncode) for process in started] == [("", 0)] * 3
    assert execute(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_a_database_that_another_process_upgraded_meanwhile_is_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Waited(FileLock):
        def __enter__(self) -> "Waited":
            insert = f"INSERT INTO alembic_version VALUES ('{HEAD}')"  # noqa: S608 - our own constant
            execute(path, "CREATE TABLE alembic_version (version_num)", insert)
            super().__enter__()
            return self

    monkeypatch.setattr(accredit.storage.migrate, "FileLock", Waited)
    migrate(path)
    assert execute(path, "SELECT name FROM sqlite_master") == [("alembic_version",)]


def test_the_command_takes_a_path(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["storage", str(path)])
    runpy.run_path(COMMAND, run_name="__main__")
    assert execute(path, "SELECT version_num FROM alembic_version") == [(HEAD,)]


def test_the_command_fails_where_the_function_does_and_says_only_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["storage", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"^storage\.url: cannot use "):
        runpy.run_path(COMMAND, run_name="__main__")


def test_migrations_in_several_threads_at_once_all_succeed(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def upgrade(path: Path) -> None:
        together.wait(60)
        migrate(path)

    paths = [tmp_path / f"{number}.db" for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(upgrade, path) for path in paths]:
            done.result()
    assert [execute(path, "SELECT version_num FROM alembic_version") for path in paths] == [[(HEAD,)]] * 4


HOST = """
import logging, sys
from pathlib import Path
from unittest.mock import ANY

logging.basicConfig(level=logging.INFO, format="%(name)s", stream=sys.stdout)

from accredit.storage.migrate import migrate

migrate(Path(sys.argv[1]))
print("ours is done")

# The host's own migrations are heard as ever.
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

with create_engine("sqlite://").connect() as connection:
    MigrationContext.configure(connection)
"""


def test_alembic_says_nothing_of_our_migration_in_the_hosts_log(path: Path) -> None:
    done = run("-c", HOST, str(path))
    ours, _, theirs = done.stdout.partition("ours is done\n")
    assert (ours, set(theirs.split())) == ("", {"alembic.runtime.migration"}), done.stderr


def test_another_thread_is_heard_while_ours_migrates(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("alembic.runtime.migration")

    def say() -> None:
        log.info("theirs")

    class Meanwhile(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            if record.getMessage().startswith("Running upgrade"):
                log.warning("ours, and worth hearing")
                thread = threading.Thread(target=say)
                thread.start()
                thread.join()
            return True

    meanwhile = Meanwhile()
    log.addFilter(meanwhile)
    try:
        with caplog.at_level("INFO"):
            migrate(path)
    finally:
        log.removeFilter(meanwhile)
    assert [record.getMessage() for record in caplog.records] == ["ours, and worth hearing", "theirs"] * int(HEAD)
    assert log.filters == []


@pytest.mark.parametrize("missing", ["alembic", "sqlalchemy"])
async def test_without_the_extra_a_new_database_says_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for module in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, missing, None)  # how Python notes that there is none
    storage = SqliteStorage(str(path))
    with pytest.raises(ConfigurationError) as raised:
        await storage.open()
    assert str(raised.value) == (
        f'storage.url: to make or upgrade {path} takes Alembic and SQLAlchemy: pip install "accredit[sqlite]"'
    )


async def test_without_the_extra_a_database_that_is_current_opens(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(path)
    monkeypatch.setitem(sys.modules, "alembic", None)
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    storage = SqliteStorage(str(path))
    await storage.open()
    await storage.check()
    await storage.close()
