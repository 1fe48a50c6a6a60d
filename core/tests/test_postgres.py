"""The server that tests get."""

import psycopg
import pytest
from core.tests.postgres import Postgres, PostgresDatabase, running

pytestmark = pytest.mark.slow


def test_each_test_gets_an_empty_database(postgres: Postgres, postgres_database: PostgresDatabase) -> None:
    with psycopg.connect(postgres_database.url()) as connection:
        connection.execute("CREATE TABLE things (name text)")
    with postgres.database() as another, psycopg.connect(another.url()) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_database_goes_with_its_test_also_where_somebody_is_connected(postgres: Postgres) -> None:
    with postgres.database() as database:
        connection = psycopg.connect(database.url())
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    connection.close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(database.url())


def test_a_server_that_runs_already_takes_its_place(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    there = postgres.maintained
    url = f"postgresql://{there.user}:se%2Fcret@/{there.name}?host={there.host}&port={there.port}"
    monkeypatch.setenv("ACCREDIT_TEST_POSTGRES_URL", url)
    with running() as named, named.database() as database, psycopg.connect(database.url()) as connection:
        assert (database.host, database.user, database.password) == (there.host, there.user, "se/cret")
        assert "cret" not in repr(database)
        assert connection.execute("SELECT current_database()").fetchone() == (database.name,)
    with running() as other, other.database() as another:
        assert another.name != database.name
