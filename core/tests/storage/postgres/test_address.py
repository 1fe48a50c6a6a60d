"""`storage.url` as operators know it, and what cannot be read is told without quoting it."""

import pytest

from accredit.errors import ConfigurationError
from accredit.storage.postgres import PostgresStorage
from accredit.storage.postgres.address import read


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://db", [("db", None)]),
        ("postgres://ada:hunt%2Fer2@db:5433/accredit", [("db", 5433)]),
        ("postgresql://a,b:6000/accredit?sslmode=verify-full", [("a", None), ("b", 6000)]),
        ("postgresql://[::1]:5433,[::2]/accredit", [("::1", 5433), ("::2", None)]),
        ("postgresql:///accredit?host=/run/postgresql", [("/run/postgresql", None)]),
        ("postgresql://ada@/accredit?host=%2Frun,db&port=5433", [("/run", 5433), ("db", 5433)]),
        ("postgresql://ada@/accredit?host=a,b&port=1,2", [("a", 1), ("b", 2)]),
        ("postgresql://ada@/accredit?host=a,b&port=,2", [("a", 5432), ("b", 2)]),
        ("postgresql:///accredit", []),
    ],
)
def test_hosts_stand_where_postgresql_itself_looks_for_them(url: str, hosts: list[tuple[str, int | None]]) -> None:
    address = read(url)
    assert list(address.hosts) == hosts
    assert "er2" not in repr(address) + address.place


def test_a_place_names_no_user_and_no_password() -> None:
    assert read("postgresql://ada:hunter2@a,b:6000/accredit?sslmode=require").place == "a,b:6000"
    assert read("postgresql:///accredit").place == "the default host"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ada:hunt#er2@db/accredit", "'#' or '/' in a password"),
        ("mysql://ada:hunter2@db/accredit", "cannot be read"),
        ("postgresql://ada:hunter2@[::1/accredit", "cannot be read"),
        ("postgresql://ada:hunter2@db/accredit?hunter2", "cannot be read"),
        ("postgresql://ada:hunter2@a,,b/accredit", "a host has no name"),
        ("postgresql://ada:hunter2@db:99999/accredit", "a port is no number"),
        ("postgresql://ada:hunt/er2@db/accredit", "in a password write %2F for '/'"),
        ("postgresql://ada:hunter2@db/accredit?sslmode=hunter2", "sslmode must be one of disable, allow, prefer, "),
        ("postgresql://ada:hunter2@/accredit?host=a,b&port=1,2,3", "more ports than hosts"),
    ],
)
def test_what_cannot_be_read_is_not_quoted(url: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        PostgresStorage(url)
    assert told in str(refused.value)
    assert "er2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_three_connections_are_the_least() -> None:
    with pytest.raises(ConfigurationError, match=r"^storage.max_connections: PostgreSQL takes 3 at least"):
        PostgresStorage("postgresql://db", max_connections=2)
    PostgresStorage("postgresql://db", max_connections=3)
