"""A storage that was used before the process was forked, as under `gunicorn --preload`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from core.tests.postgres import PostgresDatabase

from accredit.storage.sql.heirloom import Heirloom

USED_BEFORE_THE_FORK = """
import os, sys, threading, warnings
from sqlalchemy import MetaData, create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from accredit import Settings
from accredit.storage.sql import SqlStorage, SyncSqlStorage, tables_in
from accredit.sync import Exchange

url, folder, kind = sys.argv[1:]
if kind == "blocking":
    storage = SyncSqlStorage(create_engine(url), tables_in(MetaData()), create_tables=True)
else:
    storage = SqlStorage(create_async_engine(url), tables_in(MetaData()), create_tables=True)
exchange = Exchange(
    Settings.model_validate({"issuer": "https://login.example.com/", "keys": {"path": f"{folder}/keys.json"}}),
    storage=storage,
)
exchange.subjects.block("before")

def work(name):
    for number in range(25):
        one = f"{name}-{number}"
        exchange.subjects.link("acme", one, one)
        found = exchange.subjects.subject_of("acme", one)
        assert found == one, (found, one)

def busy():
    while not stop.is_set():
        exchange.subjects.block("busy")

def child(name):
    process = os.fork()
    if process == 0:
        try:
            work(name)
            exchange.close()
        except BaseException as exc:
            print(name, repr(exc), flush=True)
            os._exit(1)
        os._exit(0)
    return process

stop = threading.Event()
threads = [threading.Thread(target=busy) for _ in range(4)]
for thread in threads: thread.start()
children = [child(name) for name in ("first", "second", "third")]
work("parent")
ended = [os.waitpid(process, 0)[1] for process in children]
stop.set()
for thread in threads: thread.join()
print(ended, exchange.subjects.is_blocked("before"))
exchange.close()
"""


@pytest.mark.slow
@pytest.mark.threat(59)
@pytest.mark.parametrize("kind", ["blocking", "asynchronous"])
def test_no_two_processes_use_one_connection(
    kind: str, postgres_database: PostgresDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("keys")
    command = [
        sys.executable,
        "-W",
        "error",
        "-W",
        "ignore::ResourceWarning",
        "-c",
        USED_BEFORE_THE_FORK,
        postgres_database.url("psycopg"),
        str(folder),
        kind,
    ]
    done = subprocess.run(  # noqa: S603 - this interpreter
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "[0, 0, 0] True\n", done.stdout + done.stderr


@pytest.mark.parametrize(
    ("pool", "disposed", "is_new"), [(None, False, True), (None, True, False), (sa.StaticPool, False, False)]
)
def test_a_pool_is_left_behind_once_unless_the_host_did_or_it_is_the_database(
    pool: type[sa.Pool] | None, *, disposed: bool, is_new: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/host.db", poolclass=pool)
    heirloom = Heirloom(engine)
    assert not heirloom.is_inherited()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    if disposed:
        engine.dispose(close=False)
    before = engine.pool
    assert [heirloom.is_inherited() for _ in range(2)] == [True, False]
    assert (engine.pool is not before) is is_new
