"""`accredit doctor` on a PostgreSQL database, as the next start will find it."""

import time
from pathlib import Path

import psycopg
import pytest
from core.tests.postgres import PostgresDatabase

from accredit.cli.checkup import postgres
from accredit.cli.checkup.finding import Finding
from accredit.cli.checkup.run import examine
from accredit.cli.checkup.storage import examine_storage
from accredit.settings import StorageSettings
from accredit.storage.schema.postgres import migrate
from accredit.storage.schema.revisions import HEAD

pytestmark = pytest.mark.slow


def judged(database: PostgresDatabase) -> Finding:
    [finding] = examine_storage(StorageSettings(url=database.url()))
    assert (finding.check, finding.about) == ("database", f"{database.host}:{database.port}")
    return finding


def execute(database: PostgresDatabase, statement: str) -> None:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        connection.execute(statement.encode())


async def test_all_checks_together_reach_the_database(postgres_database: PostgresDatabase, tmp_path: Path) -> None:
    config = tmp_path / "accredit.toml"
    config.write_text(f'issuer = "https://login.example.com/"\n[storage]\nurl = "{postgres_database.url()}"\n', "utf-8")
    findings = await examine(config, offline=True, clock=time.time)
    [told] = [one for one in findings if one.check == "database"]
    assert (told.status, told.about) == ("ok", f"{postgres_database.host}:{postgres_database.port}")


def test_an_empty_database_and_a_current_one(postgres_database: PostgresDatabase) -> None:
    finding = judged(postgres_database)
    assert finding.status == "ok"
    assert "takes writes, " in finding.what
    assert finding.what.endswith("; has no schema yet: the next start makes it")
    migrate(postgres_database.url())
    finding = judged(postgres_database)
    assert finding.status == "ok"
    assert finding.what.endswith(f" connections in all; schema {HEAD} is current")


@pytest.mark.parametrize(
    ("revision", "status", "told"),
    [
        ("0001", "warn", f"schema 0001 is old: the next start brings it to {HEAD}"),
        ("9999", "fail", f"schema 9999 is of a newer Accredit than {HEAD}"),
        ("ab12", "fail", "holds another program's tables"),
    ],
)
def test_a_schema_that_is_not_current(
    revision: str, status: str, told: str, postgres_database: PostgresDatabase
) -> None:
    execute(postgres_database, "CREATE TABLE alembic_version (version_num text)")
    execute(postgres_database, f"INSERT INTO alembic_version VALUES ('{revision}')")  # noqa: S608 - its own number
    finding = judged(postgres_database)
    assert (finding.status, finding.what.endswith(told)) == (status, True), finding


def test_a_database_that_takes_no_writes(postgres_database: PostgresDatabase) -> None:
    execute(postgres_database, f"ALTER DATABASE {postgres_database.name} SET default_transaction_read_only = on")
    finding = judged(postgres_database)
    assert finding.status == "fail"
    assert finding.what.startswith("the database is read-only")


def test_a_database_that_is_not_there_and_a_file_that_is_not(postgres_database: PostgresDatabase) -> None:
    url, name = postgres_database.url(), postgres_database.name
    [finding] = postgres.examine_postgres(url.replace(name, "nowhere"))
    assert (finding.status, '"nowhere" does not exist' in finding.what) == ("fail", True)
    assert finding.change == "make the database (CREATE DATABASE), or correct its name in storage.url"
    asked = f"{'&' if '?' in url else '?'}sslmode=verify-full&sslrootcert=/nowhere/ca.pem"
    [finding] = postgres.examine_postgres(url + asked)
    assert (finding.status, "/nowhere/ca.pem" in finding.what) == ("fail", True)
    assert finding.change is not None
    assert finding.change.startswith("correct sslmode in storage.url, or the file that the message names")


def test_a_server_that_is_not_there() -> None:
    [finding] = postgres.examine_postgres("postgresql://ada:secret@127.0.0.1:1/accredit")
    assert (finding.status, finding.about) == ("fail", "127.0.0.1:1")
    assert finding.what == "the database at 127.0.0.1:1 cannot be used: Connection refused"
    assert finding.change == "start the server, or correct host and port, or its socket's folder, in storage.url"
    assert "secret" not in repr(finding)
