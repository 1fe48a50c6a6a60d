"""`accredit db restored` where servers run on the database: it is refused, unless it is told since when they do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from accredit.cli.tools.databases import Database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.tests.cli.conftest import Run
    from core.tests.postgres import PostgresDatabase

SINCE = "2026-01-01T00:00:00Z"
SERVER = """
import asyncio, sys
from accredit.storage import storage_for
from accredit.testing.storage_conformance.samples import login

async def serve():
    storage = storage_for(sys.argv[1])
    await storage.open()
    await storage.start(*login("live"))
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await storage.close()

asyncio.run(serve())
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/accredit.db"
    database: PostgresDatabase = request.getfixturevalue("postgres_database")
    return database.url()


@contextmanager
def server(url: str) -> Iterator[None]:
    """Let a process have the database open, as a server has, with a session in it."""
    command = [sys.executable, "-c", SERVER, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield
        process.stdin.close()
        assert process.wait(60) == 0


def live(url: str) -> object:
    return Database(url).run(
        lambda connection: connection.exec_driver_sql("SELECT count(*) FROM sessions WHERE NOT ended").scalar_one()
    )


def test_it_is_refused_while_a_server_runs_and_done_when_none_does(run: Run, url: str) -> None:
    with server(url):
        refused = run("db", "restored", "--yes", "--url", url)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "servers run on it: stop them all, and run this again; or say --serving-since" in refused.stderr
        assert live(url) == 1

        asked = run("db", "restored", "--url", url)
        assert asked.exit_code == 1
        assert "would be ended: 1 sessions" in asked.stdout
        assert "servers run on it: stop them all" in asked.stderr
    done = run("db", "restored", "--yes", "--url", url)
    assert (done.exit_code, done.stderr) == (0, "")
    assert live(url) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["accredit", "login%20eu", "n" * 70])
def test_servers_that_the_url_names_are_found_and_the_command_is_none(
    run: Run, postgres_database: PostgresDatabase, name: str
) -> None:
    url = f"{postgres_database.url()}&application_name={name}"
    with server(url):
        refused = run("db", "restored", "--yes", "--url", url)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "servers run on it" in refused.stderr
    done = run("db", "restored", "--yes", "--url", url)
    assert (done.exit_code, done.stderr) == (0, "")


def test_who_says_since_when_servers_run_is_believed(run: Run, url: str) -> None:
    with server(url):
        done = run("db", "restored", "--yes", "--serving-since", SINCE, "--url", url)
        assert (done.exit_code, done.stderr) == (0, "")
        assert live(url) == 0


def test_a_database_that_no_server_has_opened_is_nobodys(run: Run, url: str) -> None:
    run("db", "upgrade", "--url", url)
    done = run("db", "restored", "--yes", "--url", url)
    assert done.exit_code == 0
    assert "who was erased since the backup is there again" in done.stdout
    assert "accredit subjects repeat LOG --since TIME" in done.stdout
