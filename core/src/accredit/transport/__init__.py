"""How bytes reach a provider: the transport that an engine makes, behind httpx's interface.

It is aiohttp's, because httpx's own pool costs milliseconds of CPU a request at 64 in flight (encode/httpx#3215).
"""

from collections.abc import AsyncIterator, Callable

import aiohttp
import httpx
import yarl

from accredit.errors import ConfigurationError

BROKEN = (httpx.TransportError, aiohttp.ClientError, OSError, EOFError, ValueError, RuntimeError)
"""What transports raise, the odd ones too: UnicodeError for a host name, RuntimeError for a closed session."""


def make_transport(*, max_connections: int) -> httpx.AsyncBaseTransport:
    """Make the transport an engine uses: keep-alive, one SSL context, at most `max_connections` sockets.

    Raises:
        ConfigurationError: SSL_CERT_FILE or SSL_CERT_DIR names what cannot be read.
    """
    try:
        ssl_context = httpx.create_ssl_context()
    except OSError as exc:
        raise ConfigurationError(f"cannot load the certificate authorities (SSL_CERT_FILE): {exc.strerror}") from exc

    def session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=max_connections, keepalive_timeout=30, ssl=ssl_context)
        return aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, timeout=_NO_TIMEOUT
        )

    return AiohttpTransport(session)


_NO_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=None)
"""aiohttp's own; `ProviderHTTP` bounds every call as a whole."""


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Send httpx requests through one aiohttp session, made on first use, inside the running loop."""

    def __init__(self, make_session: Callable[[], aiohttp.ClientSession]) -> None:
        self._make_session = make_session
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, without following a redirect or unpacking the body."""
        if self._session is None:
            self._session = self._make_session()
        response = await self._session.request(
            request.method,
            yarl.URL(str(request.url), encoded=True),  # as it is: another encoding would break a signature over it
            headers=request.headers.items(),
            data=request.content or None,
            allow_redirects=False,
        )
        return httpx.Response(response.status, headers=response.raw_headers, stream=_Body(response))

    async def aclose(self) -> None:
        """Close the connections; a later request fails."""
        if self._session is not None:
            await self._session.close()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self._response.content.readany():
            yield chunk

    async def aclose(self) -> None:
        self._response.release()
