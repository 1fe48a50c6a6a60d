"""The old database is only read, and a URL that is no good is told without its password."""

import importlib.util
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from accredit.errors import ConfigurationError
from accredit.importers.sql_query import SqlQuery, old_database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "old shop #1.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript('CREATE TABLE "user" (id INTEGER, "Name" TEXT); INSERT INTO "user" VALUES (1, \'Ada\')')
    return path


def test_columns_and_rows_of_a_table_whose_name_is_a_word_of_sql(path: Path) -> None:
    with old_database(f"sqlite:///{path}") as query:
        assert query.columns("user") == {"id", "Name"}
        assert query.columns("nobody") == frozenset()
        assert list(query.rows("user", ["Name", "id"])) == [("Ada", 1)]
        assert list(query.rows("main.user", ["id"])) == [(1,)]
        assert query.columns("main.user") == {"id", "Name"}


def test_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    sqlite3.connect(path).close()
    with pytest.raises(ConfigurationError, match="readonly"), old_database(f"sqlite:///{path}") as query:
        write(query)


def write(query: SqlQuery) -> None:
    query._connection.exec_driver_sql("CREATE TABLE mine (id INTEGER)")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "no.db"
    with pytest.raises(ConfigurationError, match="unable to open database file"), old_database(f"sqlite:///{path}"):
        pass
    assert not path.exists()


@pytest.mark.parametrize("url", ["postgres//app:s3cret@db/shop", "nosql://app:s3cret@db/shop", "s3cret"])
def test_what_is_no_url_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as refused, old_database(url):
        pass
    assert str(refused.value) == ("--from is no database URL, such as postgresql://user@host/name or sqlite:///PATH")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_no_old_one(url: str) -> None:
    with pytest.raises(ConfigurationError, match="--from: name the file, as in sqlite:///PATH"), old_database(url):
        pass


def test_a_driver_for_asyncio_is_told() -> None:
    with (
        pytest.raises(ConfigurationError, match=r"sqlite\+aiosqlite is a driver for asyncio; write sqlite:// instead"),
        old_database("sqlite+aiosqlite:///old.db"),
    ):
        pass


@pytest.mark.threat(33)
def test_a_server_that_does_not_answer_is_told_without_the_password(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError) as refused,
        old_database(f"postgres://app:s3cret@/shop?host={tmp_path}"),
    ):
        pass
    assert str(refused.value).startswith("postgresql+psycopg://app:***@/shop")
    assert "s3cret" not in str(refused.value)


def test_a_url_without_a_driver_gets_one_that_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: "found")
    with pytest.raises(ConfigurationError) as refused, old_database("mysql://app:s3cret@127.0.0.1:1/shop"):
        pass
    assert str(refused.value).startswith("mysql+pymysql://app:***@127.0.0.1:1/shop ")


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(ConfigurationError, match="needs the package pymssql"), old_database("mssql+pymssql://db/shop"):
        pass


def test_an_error_of_the_hosts_own_stays_what_it_is(path: Path) -> None:
    class OfTheHost(Exception):
        pass

    with pytest.raises(OfTheHost), old_database(f"sqlite:///{path}"):
        raise OfTheHost
    assert not issubclass(OfTheHost, SQLAlchemyError)
