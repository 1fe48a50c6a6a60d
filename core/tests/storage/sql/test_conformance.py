"""Both SQL storages keep every obligation of the ports, on each database."""

from pathlib import Path

import pytest
from core.tests.postgres import PostgresDatabase
from core.tests.storage.sql.engines import OwnEngine, OwnSyncEngine, where

from accredit.testing import StorageConformance
from accredit.testing.storage_conformance.samples import Clock


class OnUrl(StorageConformance):
    storage: type[OwnEngine] | type[OwnSyncEngine] = OwnEngine
    url: str

    def new(self, clock: Clock) -> OwnEngine | OwnSyncEngine:
        return self.storage.from_url(self.url, clock=clock)

    another = new

    def elsewhere(self) -> tuple[str, str]:
        return where(self.storage, self.url)


@pytest.mark.slow
class TestPostgres(OnUrl):
    @pytest.fixture(autouse=True)
    def in_a_database(self, postgres_database: PostgresDatabase) -> None:
        self.url = postgres_database.url("psycopg")


@pytest.mark.slow
class TestPostgresBlocking(OnUrl):
    storage = OwnSyncEngine

    @pytest.fixture(autouse=True)
    def in_a_database(self, postgres_database: PostgresDatabase) -> None:
        self.url = postgres_database.url("psycopg")


@pytest.mark.slow
class TestSqlite(OnUrl):
    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path: Path) -> None:
        self.url = f"sqlite+aiosqlite:///{tmp_path}/host.db"


@pytest.mark.slow
class TestSqliteBlocking(OnUrl):
    storage = OwnSyncEngine

    @pytest.fixture(autouse=True)
    def in_a_folder(self, tmp_path: Path) -> None:
        self.url = f"sqlite:///{tmp_path}/host.db"
