"""Our own connections: a share for each origin, so that a hung provider keeps nobody else waiting."""

import asyncio
import socket
import ssl
from collections.abc import Coroutine
from typing import Any

import httpx

from accredit.provider.transport.connection import Connection
from accredit.provider.transport.dial import first_connection
from accredit.provider.transport.messages import Reply, Request, Whole
from accredit.provider.transport.request import request_bytes
from accredit.provider.transport.slots import Slots

CONNECT_TIMEOUT_S = 3.0
"""For one connection: all addresses of the host, and TLS."""
KEEP_ALIVE_S = 30.0


class Share:
    """The connections to one origin, by HTTP/1.1 and kept alive. Whoever finds none free waits in line.

    A slot is held from the request to the end of its answer, and an idle connection is kept in one that is free: so
    there are never more connections than slots.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, *, max_connections: int) -> None:
        self._origin = host, port, tls
        self._slots: Slots[Connection] = Slots(max_connections)
        self._watch: asyncio.TimerHandle | None = None
        self._open: set[Connection] = set()
        self._lookup: asyncio.Future[list[Any]] | None = None
        self._is_closed = False

    async def send(self, request: Request) -> Whole | Reply:
        """Send one request; a redirect is not followed, a body not unpacked. The caller bounds the time.

        A kept connection may end just when it is used again. Where that happens before any byte of an answer, a
        request that says that it `reads_only` is sent once more, over a fresh connection.

        Raises:
            httpx.LocalProtocolError: the request cannot be sent.
            httpx.TransportError: any other reason for having no answer.
        """
        message, has_body = request_bytes(request), request.method != "HEAD"
        slots = self._slots
        connection = slots.free.pop() if slots.free else await slots.wait()
        try:
            if connection is not None and not connection.is_usable:  # it has ended meanwhile
                connection = None
            if connection is not None:
                try:
                    await connection.send(message, has_body=has_body)
                except httpx.ReadError:
                    if connection.answer.has_begun or not request.reads_only:
                        raise
                    connection = None
            if connection is None:
                connection = await self._connect()
                await connection.send(message, has_body=has_body)
        except BaseException:
            self.take_back(connection)
            raise
        answer = connection.answer
        if not answer.is_whole:
            return _Reply(self, connection)
        self.take_back(connection)
        return Whole(answer.status, answer.headers, answer.take())

    def take_back(self, connection: Connection | None) -> None:
        """Give the slot back, and keep the connection if another request may be sent over it."""
        if connection is not None and connection.is_usable:
            connection.rest()
            if self._watch is None:
                self._watch = connection.loop.call_later(KEEP_ALIVE_S, self._close_idle)
        elif connection is not None:
            connection.abort()
            connection = None
        self._slots.release(connection)

    async def aclose(self) -> None:
        """Close all connections."""
        self._is_closed = True
        if self._lookup is not None:
            self._lookup.cancel()
        if self._watch is not None:
            self._watch.cancel()
        for connection in list(self._open):
            connection.abort()
            await connection.lost

    def _close_idle(self) -> None:
        """Close what has been idle for long. One timer for all of them, and none where none is idle."""
        self._watch = None
        loop = asyncio.get_running_loop()
        oldest = loop.time() - KEEP_ALIVE_S
        free = self._slots.free
        for place, connection in enumerate(free):
            if connection is not None and connection.idle_since > oldest:
                self._watch = loop.call_at(connection.idle_since + KEEP_ALIVE_S, self._close_idle)
                return
            if connection is not None:
                connection.abort()
                free[place] = None

    async def _connect(self) -> Connection:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                connection = await first_connection(self._connect_to, await self._addresses())
        except TimeoutError as exc:
            raise httpx.ConnectTimeout("no connection in time") from exc
        except UnicodeError as exc:
            raise httpx.LocalProtocolError("the host's name cannot be looked up") from exc
        except OSError as exc:
            raise httpx.ConnectError(type(exc).__name__) from exc
        self._open.add(connection)
        connection.lost.add_done_callback(lambda _: self._open.discard(connection))
        if self._is_closed:
            connection.abort()
        return connection

    async def _connect_to(self, address: str) -> Connection:
        host, port, tls = self._origin
        loop = asyncio.get_running_loop()
        name = host if tls else None  # what the certificate must be for, whichever the address
        _, connection = await loop.create_connection(
            lambda: Connection(loop), address, port, ssl=tls, server_hostname=name
        )
        return connection

    async def _addresses(self) -> list[str]:
        """Look the host up once for all who wait: a name server that hangs must not fill the pool of threads."""
        if (lookup := self._lookup) is None:
            loop = asyncio.get_running_loop()
            host, port, _ = self._origin
            lookup = self._lookup = asyncio.ensure_future(loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            lookup.add_done_callback(self._looked_up)
        await asyncio.wait([lookup])
        if lookup.cancelled():
            raise OSError("the transport was closed")
        try:
            return [address[0] for *_, address in lookup.result()]
        except socket.gaierror:
            # Without a free file descriptor the resolver finds nothing, and does not say why. This does.
            socket.socket().close()
            raise

    def _looked_up(self, lookup: "asyncio.Future[list[Any]]") -> None:
        self._lookup = None
        if not lookup.cancelled():
            lookup.exception()  # it may be that nobody waits any longer


class _Reply:
    def __init__(self, share: Share, connection: Connection) -> None:
        self.status = connection.answer.status
        self.headers = connection.answer.headers
        self._share = share
        self._connection = connection

    def read(self) -> Coroutine[Any, Any, bytes]:
        return self._connection.read()

    async def close(self) -> None:
        self._share.take_back(self._connection)
