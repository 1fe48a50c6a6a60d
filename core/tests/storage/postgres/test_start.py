"""A node that starts while another one upgrades the schema."""

import asyncio

import pytest
from core.tests.postgres import PostgresDatabase

from accredit.storage.postgres import PostgresStorage, connector
from accredit.storage.schema.postgres import LOCK

ANSWER_S = 0.3


async def test_a_node_waits_for_another_one_that_upgrades_longer_than_for_any_answer(
    postgres_database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setattr(connector, "ANSWER_S", ANSWER_S)
    storage = PostgresStorage(postgres_database.url(), max_connections=3)
    with psycopg.connect(postgres_database.url()) as upgrading:
        upgrading.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        opening = asyncio.create_task(storage.open())
        await asyncio.sleep(5 * ANSWER_S)
        assert not opening.done()
    await opening
    assert await storage.get("nobody") is None
    await storage.close()
