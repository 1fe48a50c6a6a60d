"""No table is looked through of which the database knows nothing yet, as after a copy or a restore.

Without statistics it takes a condition for one that many rows meet, and an index for one that is no help.
"""

import asyncio
from typing import Any

import psycopg
import pytest
from core.tests.clock import Clock
from core.tests.postgres import PostgresDatabase
from core.tests.storage.sessions import login, session, token

from accredit.storage.ports.replay import KEPT_S
from accredit.storage.postgres import PostgresStorage

pytestmark = pytest.mark.slow

_ROWS = 20_000
_TABLES = ("sessions", "refresh_tokens", "subjects", "identities", "used_ids")
_FILL = (
    "INSERT INTO subjects (id, created_at) SELECT 'acme|' || n, 1",
    "INSERT INTO identities (namespace, provider_user_id, subject, linked_at) SELECT 'acme', n, 'acme|' || n, 1",
    "INSERT INTO sessions (id, client_id, subject, connection, strategy, namespace, provider_user_id, scope, audience,"
    " claims, auth_time, expires_at, kept_until, renewable)"
    " SELECT n, 'app', CASE WHEN n / 250 = 12 THEN 'eve' ELSE 'acme|' || n END, 'acme', 'acme', 'acme', n, '', '',"
    " '{}', 1, 1e9, 1e6 + n, true",
    "INSERT INTO refresh_tokens (token_hash, session_id, issued_at, successors) SELECT n, n, 1, 0",
    f"INSERT INTO used_ids SELECT n, {1_000_000 - KEPT_S} + n",
)


def rows(database: PostgresDatabase, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database.url(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def scans(database: PostgresDatabase) -> dict[str, int]:
    """Return how often each table was looked through."""
    found = dict(rows(database, "SELECT relname, seq_scan FROM pg_stat_user_tables"))
    return {table: found[table] for table in _TABLES}


@pytest.fixture
async def storage(postgres_database: PostgresDatabase) -> PostgresStorage:
    storage = PostgresStorage(postgres_database.url(), clock=Clock(1_001_000))
    await storage.open()
    for table in _TABLES:
        rows(postgres_database, f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    for statement in _FILL:
        rows(postgres_database, f"{statement} FROM generate_series(1, {_ROWS}) AS n")
    return storage


async def test_by_logins_and_refreshes(storage: PostgresStorage, postgres_database: PostgresDatabase) -> None:
    before = scans(postgres_database)
    for turn in range(8):  # after some the database plans once for all
        await asyncio.gather(
            *(storage.start(*login(f"{turn}/{n}", subject=f"acme|{n}", user_id=f"{n}")) for n in range(1, 60)),
            *(storage.start(session(f"{turn}/{n}", renewable=False), None) for n in range(60, 70)),
            *(storage.rotate(f"{n}", token(f"{turn}+{n}", f"{n}"), now=2, leeway_s=30) for n in range(2_070, 2_130)),
            *(storage.find(f"{n}") for n in range(2_130, 2_190)),
            *(storage.session(f"{n}") for n in range(2_130, 2_190)),
            *(storage.look_up("acme", f"{n}") for n in range(190, 250)),
            *(storage.create("acme", f"{n}", f"acme|{n}", now=1) for n in range(_ROWS - 10, _ROWS + 10)),
            *(storage.first_use(f"{n}", 4_000_000_000) for n in range(_ROWS - 10, _ROWS + 10)),
        )
    await storage.close()  # then its numbers are in the statistics
    assert scans(postgres_database) == before


async def test_by_what_deletes_rows(storage: PostgresStorage, postgres_database: PostgresDatabase) -> None:
    before = scans(postgres_database)
    for _ in range(3):
        assert await storage.clear(300) == 600
    await storage.start(*login("one too many", subject="eve"))
    assert (await storage.erase("eve")).sessions > 200
    await storage.forget_ended("acme|4000")
    await storage.close()
    assert scans(postgres_database) == before
    assert rows(
        postgres_database, "SELECT count(*) FROM refresh_tokens LEFT JOIN sessions ON id = session_id WHERE id IS NULL"
    ) == [(0,)]
