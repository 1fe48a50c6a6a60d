"""What may pass by itself is told apart from what somebody must change: by it a service manager starts a node again."""

import signal
import socket
from collections.abc import Iterator

import asyncpg
import pytest
from core.tests.storage.postgres.servers import Server, cable, server
from sqlalchemy.exc import DBAPIError, InterfaceError

from accredit.errors import ConfigurationError, NotReadyYet
from accredit.storage.postgres import PostgresStorage, connector
from accredit.storage.postgres.address import read
from accredit.storage.postgres.examination import unusable
from accredit.storage.schema.postgres import migrate

PLACE = read("postgresql://db1/accredit")


async def kind_of_refusal(url: str) -> type[Exception]:
    storage = PostgresStorage(url)
    with pytest.raises(ConfigurationError) as refused:
        await storage.open()
    await storage.close()
    return type(refused.value)


def lost_connection() -> DBAPIError:
    lost = InterfaceError("SELECT 1", None, RuntimeError("connection is closed"))
    lost.connection_invalidated = True
    return lost


@pytest.mark.parametrize(
    "cause",
    [
        ConnectionRefusedError(111, "Connection refused"),
        TimeoutError(),
        socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
        FileNotFoundError(2, "No such file or directory"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.DiskFullError("no space left"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.exceptions.TargetServerAttributeNotMatched("None of the hosts match the target attribute requirement"),
        lost_connection(),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_may_pass_by_itself_is_worth_another_start(cause: Exception) -> None:
    assert type(unusable(cause, PLACE)) is NotReadyYet


@pytest.mark.parametrize(
    "cause",
    [
        asyncpg.InvalidPasswordError("password authentication failed"),
        asyncpg.InvalidCatalogNameError('database "x" does not exist'),
        asyncpg.DatabaseDroppedError("dropped"),
        asyncpg.InsufficientPrivilegeError("permission denied"),
        asyncpg.InterfaceError("unknown option"),
        PermissionError(13, "Permission denied"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_somebody_must_change_is_not(cause: Exception) -> None:
    assert type(unusable(cause, PLACE)) is ConfigurationError


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    with server() as made:
        migrate(f"postgresql://postgres@127.0.0.1:{made.port}/postgres")
        yield made


@pytest.mark.slow
async def test_a_server_that_starts_later_than_its_node(one_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://postgres@127.0.0.1:{}/postgres"
    monkeypatch.setattr(connector, "CONNECT_S", 0.5)
    one_server.stop(signal.SIGINT)
    try:
        assert await kind_of_refusal(url.format(one_server.port)) is NotReadyYet
    finally:
        one_server.start()
    async with cable(one_server) as line:
        line.is_cut = True
        assert await kind_of_refusal(url.format(line.port)) is NotReadyYet
    one_server.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 0", "CREATE ROLE ada LOGIN PASSWORD 'right'")
    narrow = url.format(one_server.port).replace("postgres@", "narrow@")
    assert await kind_of_refusal(narrow) is NotReadyYet
    one_server.require_password("ada")
    wrong = url.format(one_server.port).replace("postgres@", "ada:wrong@")
    assert await kind_of_refusal(wrong) is ConfigurationError
    assert await kind_of_refusal(url.format(one_server.port).replace("/postgres", "/unknown")) is ConfigurationError


@pytest.mark.slow
async def test_a_standby_may_be_about_to_be_promoted(one_server: Server) -> None:
    with server(standby_of=one_server) as standby:
        assert await kind_of_refusal(f"postgresql://postgres@127.0.0.1:{standby.port}/postgres") is NotReadyYet
