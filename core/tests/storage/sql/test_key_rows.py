"""The signing keys in PostgreSQL: of many that replace one version, one does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from core.tests.postgres import PostgresDatabase

from accredit.storage import SealedKeys
from accredit.storage.schema.postgres import migrate
from accredit.storage.sql import key_rows

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(postgres_database: PostgresDatabase) -> Iterator[sa.Engine]:
    migrate(postgres_database.url())
    engine = sa.create_engine(postgres_database.url("psycopg"))
    yield engine
    engine.dispose()


def replace(engine: sa.Engine, version: int, sealed: str) -> bool:
    with engine.begin() as connection:
        return key_rows.replace(connection, SealedKeys(version, sealed))


def test_there_are_none_at_first(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert key_rows.version(connection) == 0
        assert key_rows.sealed(connection) is None


def test_of_many_at_once_one_is_first_and_each_version_replaces_the_one_before(engine: sa.Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        for version in (1, 2, 3):
            done = list(threads.map(lambda one, at=version: replace(engine, at, f"{at} by {one}"), range(4)))
            assert sorted(done) == [False, False, False, True]
            with engine.connect() as connection:
                assert key_rows.version(connection) == version
                assert key_rows.sealed(connection) == SealedKeys(version, f"{version} by {done.index(True)}")


def test_a_version_that_does_not_follow_changes_nothing(engine: sa.Engine) -> None:
    assert replace(engine, 1, "one")
    for version in (1, 3):
        assert not replace(engine, version, "other")
    with engine.connect() as connection:
        assert key_rows.sealed(connection) == SealedKeys(1, "one")
