"""Providers' tokens go with their database: into another one and back, and through a restore."""

import asyncio
from pathlib import Path

import pytest
from core.tests.cli.conftest import Run
from core.tests.postgres import PostgresDatabase

from accredit.storage import KeptToken, SqliteStorage

TOKENS = tuple(
    KeptToken(
        id=f"{number:064x}",
        subject="ada",
        subject_version=number,
        connection="acme",
        namespace="acme",
        user_id="ß≠1",
        kind="refresh_token",
        kept_at=5,
        sealed="a.b-_.c" * 300,
    )
    for number in range(3)
)


async def filled(url: str) -> None:
    storage = SqliteStorage.from_url(url)
    await storage.open()
    for one in TOKENS:
        await storage.keep_provider_token(one)
    await storage.close()


async def found(url: str) -> tuple[KeptToken, ...]:
    storage = SqliteStorage.from_url(url)
    await storage.open()
    tokens = await storage.provider_tokens("ada")
    await storage.close()
    return tokens


@pytest.mark.slow
def test_a_copy_has_them_as_they_were(run: Run, tmp_path: Path, postgres_database: PostgresDatabase) -> None:
    here, there, back = f"sqlite:///{tmp_path}/a.db", postgres_database.url(), f"sqlite:///{tmp_path}/b.db"
    asyncio.run(filled(here))
    for source, target in ((here, there), (there, back)):
        copied = run("db", "copy", source, target)
        assert copied.exit_code == 0, copied.output
    assert asyncio.run(found(back)) == TOKENS


def test_a_restored_database_has_them_as_they_were(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    asyncio.run(filled(url))
    restored = run("db", "restored", "--yes", "--url", url)
    assert restored.exit_code == 0, restored.output
    assert asyncio.run(found(url)) == TOKENS
