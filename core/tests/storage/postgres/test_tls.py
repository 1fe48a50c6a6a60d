"""TLS to PostgreSQL is what the URL says, by the way of authority, name and certificates; files are told by name."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from core.tests.storage.postgres.servers import Server, server
from core.tests.storage.postgres.tls_end import Papers, tls_end

from accredit.cli.checkup.postgres import examine_postgres
from accredit.errors import ConfigurationError, NotReadyYet
from accredit.storage.postgres import PostgresStorage
from accredit.storage.postgres.address import read
from accredit.storage.postgres.examination import unusable
from accredit.storage.schema.connections import on_databases

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def one_server() -> Iterator[Server]:
    with server() as made:
        yield made


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    return Papers(tmp_path)


@pytest.fixture
async def port(one_server: Server, papers: Papers) -> AsyncIterator[int]:
    """Where there is a server with TLS, whose name is `localhost`."""
    async with tls_end(one_server, papers, "localhost") as port:
        yield port


def url_of(port: int, *options: str, host: str = "localhost") -> str:
    return f"postgresql://postgres:hunter2@{host}:{port}/postgres?{'&'.join(options)}"


async def opens(url: str) -> None:
    storage = PostgresStorage(url)
    try:
        await storage.open()
        await storage.check()
    finally:
        await storage.close()
    assert await asyncio.to_thread(on_databases, lambda one: one.exec_driver_sql("SELECT 1").scalar_one(), url) == 1


async def refusal(url: str) -> str:
    """Return why the storage cannot be opened, which no restart changes, and which a command and the doctor say too."""
    with pytest.raises(ConfigurationError) as refused:
        await opens(url)
    assert type(refused.value) is ConfigurationError
    place, _, told = str(refused.value).partition(" cannot be used: ")
    assert place.startswith("storage.url: the database at localhost:" if "localhost" in url else "storage.url: ")
    with pytest.raises(ConfigurationError) as commanded:
        await asyncio.to_thread(on_databases, print, url)
    assert str(commanded.value).endswith(told)
    [found] = await asyncio.to_thread(list, examine_postgres(url))
    assert told in found.what
    assert "hunter2" not in f"{refused.value} {commanded.value} {found!r}"
    return told


@pytest.mark.parametrize("mode", ["verify-full", "verify-ca", "require"])
async def test_a_server_of_our_authority_is_believed(mode: str, port: int, papers: Papers) -> None:
    await opens(url_of(port, f"sslmode={mode}", f"sslrootcert={papers.ca}"))


async def test_another_authority_is_not_believed(port: int, tmp_path: Path) -> None:
    tmp_path.joinpath("other").mkdir()
    other = Papers(tmp_path / "other")
    for mode in ("verify-full", "verify-ca", "require"):
        told = await refusal(url_of(port, f"sslmode={mode}", f"sslrootcert={other.ca}"))
        assert told.startswith("the server's certificate is not believed: ")
        assert told.endswith("sslrootcert names the authority that has signed it")
    await opens(url_of(port, "sslmode=require"))  # nobody looks whose server it is


async def test_another_name_is_believed_only_where_nobody_asks_for_one(port: int, papers: Papers) -> None:
    told = await refusal(url_of(port, "sslmode=verify-full", f"sslrootcert={papers.ca}", host="127.0.0.1"))
    assert "IP address mismatch, certificate is not valid for '127.0.0.1'" in told
    await opens(url_of(port, "sslmode=verify-ca", f"sslrootcert={papers.ca}", host="127.0.0.1"))


@pytest.mark.parametrize("mode", ["verify-full", "verify-ca", "require"])
async def test_a_server_without_tls_is_refused_where_the_url_asks_for_it(
    mode: str, one_server: Server, papers: Papers
) -> None:
    told = await refusal(url_of(one_server.port, f"sslmode={mode}", f"sslrootcert={papers.ca}"))
    assert told == "the server takes no TLS, which sslmode asks for"
    await opens(url_of(one_server.port, "sslmode=prefer"))
    await opens(url_of(one_server.port, "sslmode=disable"))


async def test_a_client_shows_its_certificate_where_it_is_asked_for(one_server: Server, papers: Papers) -> None:
    async with tls_end(one_server, papers, "localhost", asks=True) as port:
        verified = ("sslmode=verify-full", f"sslrootcert={papers.ca}")
        await opens(url_of(port, *verified, f"sslcert={papers.cert}", f"sslkey={papers.key}"))
        with pytest.raises(ConfigurationError):  # asyncio's end of TLS does not say why
            await opens(url_of(port, *verified))


def refused_by_the_server(papers: Papers) -> ssl.SSLError:
    """Return what a client hears that shows no certificate where one is needed."""
    contexts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    papers.authority.issue_cert("localhost").configure_cert(contexts[0])
    for context in contexts:
        papers.authority.configure_trust(context)
    contexts[0].verify_mode = ssl.CERT_REQUIRED
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server_end = contexts[0].wrap_bio(to_server, to_client, server_side=True)
    client_end = contexts[1].wrap_bio(to_client, to_server, server_hostname="localhost")
    for end in (client_end, server_end, client_end, server_end):
        with suppress(ssl.SSLError):
            end.do_handshake()
    with pytest.raises(ssl.SSLError) as heard:
        client_end.read()
    return heard.value


def test_a_server_that_refuses_our_certificate_is_told(papers: Papers) -> None:
    for heard in (refused_by_the_server(papers), asyncpg.ConnectionDoesNotExistError("connection was closed")):
        if not isinstance(heard, ssl.SSLError):  # as the driver tells it, once it takes the greeting for ended
            heard.__cause__ = refused_by_the_server(papers)
        refusal = unusable(heard, read("postgresql://db/accredit"))
        assert type(refusal) is ConfigurationError
        assert str(refusal).endswith("TLS with the server fails: tlsv13 alert certificate required")


@pytest.mark.parametrize("name", ["sslrootcert", "sslcert", "sslkey", "sslcrl"])
@pytest.mark.parametrize("by", ["url", "environment"])
async def test_a_file_that_is_not_there_is_named(
    name: str, by: str, port: int, papers: Papers, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"sslrootcert": papers.ca, "sslcert": papers.cert, "sslkey": papers.key, name: papers.ca.parent / "typo"}
    options = [f"{one}={path}" for one, path in given.items() if by == "url" or one != name]
    if by == "environment":
        monkeypatch.setenv(f"PG{name.upper()}", str(given[name]))
    told = await refusal(url_of(port, "sslmode=verify-full", *options))
    called = name if by == "url" else f"PG{name.upper()}"
    assert told == f"{called}: {given[name]} cannot be read: No such file or directory"


async def test_an_authority_that_nobody_names_is_looked_for_at_home(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    told = await refusal(url_of(port, "sslmode=verify-full"))
    assert told == f'root certificate file "{tmp_path}/.postgresql/root.crt" does not exist or cannot be accessed'


async def test_a_file_that_holds_something_else_is_named(port: int, papers: Papers) -> None:
    told = await refusal(url_of(port, "sslmode=verify-full", f"sslrootcert={papers.key}"))
    assert told == f"sslrootcert: {papers.key} cannot be used: no certificate or crl found"
    told = await refusal(url_of(port, "sslmode=verify-full", f"sslrootcert={papers.ca.parent}"))
    assert told == f"sslrootcert: {papers.ca.parent} cannot be read: Is a directory"


async def test_a_certificate_without_its_key_is_named(port: int, papers: Papers, tmp_path: Path) -> None:
    verified = ("sslmode=verify-full", f"sslrootcert={papers.ca}", f"sslcert={papers.cert}")
    told = await refusal(url_of(port, *verified))
    assert told.startswith(f"sslcert: {papers.cert} cannot be used: ")
    assert told.endswith("; it needs its private key, in sslkey or in the same file")
    tmp_path.joinpath("other").mkdir()
    told = await refusal(url_of(port, *verified, f"sslkey={Papers(tmp_path / 'other').key}"))
    assert told.startswith(f"sslcert: {papers.cert} cannot be used: key values mismatch; ")


@pytest.mark.parametrize(
    "ended", [ssl.SSLEOFError(8, "EOF"), ssl.SSLZeroReturnError(6, "closed")], ids=["cut", "closed"]
)
def test_a_connection_that_ends_in_the_middle_of_a_greeting_may_come_again(ended: OSError) -> None:
    assert type(unusable(ended, read("postgresql://db/accredit"))) is NotReadyYet
