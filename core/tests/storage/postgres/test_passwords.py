"""A password comes from where PostgreSQL's own tools take it, and is told nobody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from core.tests.storage.postgres.servers import Server, server

from accredit.errors import ConfigurationError
from accredit.storage.postgres import PostgresStorage
from accredit.storage.schema.connections import on_databases

pytestmark = pytest.mark.slow

PASSWORD = "hunt/er#2@%"
IN_URL = "hunt%2Fer%232%40%25"


@pytest.fixture(scope="module")
def strict() -> Iterator[Server]:
    with server() as made:
        made.execute(f"CREATE ROLE ada LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
        made.require_password("ada")
        yield made


async def opens(url: str) -> None:
    storage = PostgresStorage(url)
    try:
        await storage.open()
        await storage.check()
    finally:
        await storage.close()


async def refusal(url: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        await opens(url)
    return str(refused.value)


async def test_in_the_url(strict: Server) -> None:
    await opens(f"postgresql://ada:{IN_URL}@127.0.0.1:{strict.port}/postgres")


async def test_in_the_environment(strict: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    await opens(f"postgresql://ada@127.0.0.1:{strict.port}/postgres")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1,127.0.0.1"])
async def test_in_a_file(host: str, strict: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "pgpass"
    path.write_text(f"127.0.0.1:{strict.port}:*:ada:{PASSWORD}\n")
    path.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(path))
    hosts = ",".join(f"{one}:{strict.port}" for one in host.split(","))
    await opens(f"postgresql://ada@{hosts}/postgres")


async def test_a_wrong_one_is_refused_and_not_told(strict: Server) -> None:
    told = await refusal(f"postgresql://ada:wr0ng-one@127.0.0.1:{strict.port}/postgres")
    assert told == (
        f"storage.url: the database at 127.0.0.1:{strict.port} cannot be used: "
        'password authentication failed for user "ada"; the password comes from the URL, PGPASSWORD or ~/.pgpass'
    )


def test_a_command_says_of_a_wrong_one_where_it_comes_from(strict: Server) -> None:
    with pytest.raises(ConfigurationError) as refused:
        on_databases(lambda _: None, f"postgresql://ada:wr0ng-one@127.0.0.1:{strict.port}/postgres")
    assert str(refused.value) == (
        f'postgresql://127.0.0.1:{strict.port}/postgres: password authentication failed for user "ada"; '
        "the password comes from the URL, PGPASSWORD or ~/.pgpass"
    )
