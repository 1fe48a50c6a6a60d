"""An end of TLS before a PostgreSQL server: the wheel's is built without OpenSSL."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trustme
from core.tests.storage.postgres.servers import Server

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""Source: PostgreSQL, "Message Formats"."""


class Papers:
    """An authority, and the files that it hands out in a folder."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.ca, self.cert, self.key = folder / "ca.pem", folder / "client.crt", folder / "client.key"
        self.authority.cert_pem.write_to_path(str(self.ca))
        client = self.authority.issue_cert(common_name="ada")
        self.cert.write_bytes(b"".join(one.bytes() for one in client.cert_chain_pems))
        client.private_key_pem.write_to_path(str(self.key))


@asynccontextmanager
async def tls_end(server: Server, papers: Papers, name: str, *, asks: bool = False) -> AsyncIterator[int]:
    """Pass on to `server` what comes by TLS to the port returned, as the host of that name.

    With `asks`, clients need a certificate of the same authority.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    papers.authority.issue_cert(name).configure_cert(context)
    if asks:
        context.verify_mode = ssl.CERT_REQUIRED
        papers.authority.configure_trust(context)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readexactly(len(SSL_REQUEST)) == SSL_REQUEST
            writer.write(b"S")
            await writer.start_tls(context)
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", server.port)
            await asyncio.gather(_pour(reader, there_writer), _pour(there_reader, writer))
        except (OSError, asyncio.IncompleteReadError):  # the client refuses us, or we do it
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
