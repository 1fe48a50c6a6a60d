"""Both SQL storages keep every obligation of the ports on MariaDB, whose defaults fold, trim and cut off.

Run by `nox -s mariadb`, which sees to it that the server is there.
"""

from collections.abc import Iterator

import pytest
from core.tests.storage.sessions import login
from core.tests.storage.sql.engines import OwnEngine, OwnSyncEngine
from core.tests.storage.sql.mariadb import MariaDB, running
from core.tests.storage.sql.test_conformance import OnUrl

from accredit.errors import StorageFailed


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    with running() as server:
        yield server


@pytest.fixture
def database(mariadb: MariaDB) -> Iterator[str]:
    with mariadb.database() as address:
        yield address


class TestMariaDB(OnUrl):
    @pytest.fixture(autouse=True)
    def in_a_database(self, database: str) -> None:
        self.url = f"mariadb+aiomysql{database}"


class TestMariaDBBlocking(OnUrl):
    storage = OwnSyncEngine

    @pytest.fixture(autouse=True)
    def in_a_database(self, database: str) -> None:
        self.url = f"mysql+pymysql{database}"  # as many a host says for MariaDB, too


async def test_what_is_too_long_is_refused_and_not_cut_off(database: str) -> None:
    storage = OwnEngine.from_url(f"mariadb+aiomysql{database}")
    await storage.open()
    await storage.create("acme", "1" * 512, "ada", now=1)
    for call in (storage.create("acme", "1" * 513, "eve", now=1), storage.find("é" * 257)):
        with pytest.raises(StorageFailed):
            await call
    assert await storage.identities("ada") == (("acme", "1" * 512),)
    await storage.start(*login("a", claims="é" * 100_000))
    stored = await storage.session("a")
    assert stored is not None
    assert stored.session.claims == "é" * 100_000
    await storage.close()
