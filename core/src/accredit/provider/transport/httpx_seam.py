"""httpx on either side of the seam: its transports behind us, and its requests to ours.

Hosts and tests hand in any `httpx.AsyncBaseTransport`; who holds our transport may send it an `httpx.Request`.
"""

from abc import abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from typing import Any, cast

import httpx

from accredit.provider.transport.messages import Reply, Request, Send, Whole, address_of

READS_ONLY = "accredit.reads_only"
"""The extension of an `httpx.Request` that says whether it changes nothing at the provider, and may be sent once more.
Without it the method says so."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # Source: RFC 9110 section 9.2.1.
PROXY = "accredit.proxy"
"""The extension of an `httpx.Request` with the proxy it goes through: a `SecretStr`, as in the settings."""


class NativeTransport(httpx.AsyncBaseTransport):
    """A transport with a `send` of its own, which httpx's requests can be handed to as well."""

    @abstractmethod
    def send(self, request: Request) -> Awaitable[Whole | Reply]:
        """Send one request: see `accredit.provider.transport.messages.Send`."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request of httpx's; a redirect is not followed, a body not unpacked. The caller bounds the time.

        Raises:
            httpx.LocalProtocolError, httpx.UnsupportedProtocol: the request cannot be sent.
            httpx.TransportError: any other reason for having no answer.
        """
        content = await request.aread()
        length = request.headers.get("content-length", "0")
        if length != str(len(content)) or "transfer-encoding" in request.headers:
            raise httpx.LocalProtocolError("the headers state another length than the body has")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        reply = await self.send(
            Request(
                request.method,
                address_of(request.url),
                "",
                headers,
                content,
                reads_only=request.extensions.get(READS_ONLY, request.method in _SAFE_METHODS),
                proxy=request.extensions.get(PROXY),
            )
        )
        stream = httpx.ByteStream(reply.body) if isinstance(reply, Whole) else _Stream(reply)
        return httpx.Response(reply.status, headers=list(reply.headers), stream=stream)


def sender_of(transport: httpx.AsyncBaseTransport) -> Send:
    """Return what sends our requests over any transport of httpx's kind."""
    return transport.send if isinstance(transport, NativeTransport) else _Adapted(transport)


class _Adapted:
    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def __call__(self, request: Request) -> "_HttpxReply":
        extensions: dict[str, Any] = {READS_ONLY: request.reads_only}
        if request.proxy is not None:
            extensions[PROXY] = request.proxy
        response = await self._transport.handle_async_request(
            httpx.Request(
                request.method, request.url, headers=request.headers, content=request.content, extensions=extensions
            )
        )
        return _HttpxReply(response)


class _HttpxReply:
    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._parts: AsyncIterator[bytes] | None = None
        self.status = response.status_code

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        return self._response.headers.raw

    async def read(self) -> bytes:
        if self._parts is None:
            # Not `aiter_raw`: that refuses a response which a test's transport has built from a whole body.
            self._parts = aiter(cast("httpx.AsyncByteStream", self._response.stream))
        async for part in self._parts:
            if part:  # an empty one is no end yet
                return part
        return b""

    async def close(self) -> None:
        if isinstance(self._parts, AsyncGenerator):  # left half read, it would be ended later, by a task of nobody's
            await self._parts.aclose()
        await self._response.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, reply: Reply) -> None:
        self._reply: Reply | None = reply

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._reply is not None and (part := await self._reply.read()):
            yield part

    async def aclose(self) -> None:
        if self._reply is not None:
            reply, self._reply = self._reply, None
            await reply.close()
