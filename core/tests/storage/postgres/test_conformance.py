"""The storage in PostgreSQL keeps every obligation of the ports, on a real server, with handles in other processes."""

import pytest
from core.tests.postgres import PostgresDatabase

from accredit.storage.postgres import PostgresStorage
from accredit.testing import StorageConformance
from accredit.testing.storage_conformance.samples import Clock


@pytest.mark.slow
class TestPostgresStorage(StorageConformance):
    url: str

    @pytest.fixture(autouse=True)
    def in_a_database(self, postgres_database: PostgresDatabase) -> None:
        self.url = postgres_database.url()

    def new(self, clock: Clock) -> PostgresStorage:
        return PostgresStorage(self.url, max_connections=4, clock=clock)

    another = new

    def elsewhere(self) -> tuple[str, str]:
        return "accredit.storage.postgres:PostgresStorage.from_url", self.url
