"""Calls to providers: the only module that knows httpx and aiohttp.

Every call is bounded in time and size, goes to a declared origin or nowhere, follows no redirect, keeps no cookies,
and never shows its query in a log. The transport is httpx's interface, so tests pass any `httpx.AsyncBaseTransport`;
the one we make is aiohttp's, because httpx's own pool costs milliseconds of CPU a request at 64 in flight
(encode/httpx#3215).
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import aiohttp
import httpx
import yarl

from accredit.errors import ConfigurationError, ExchangeError, PluginFailed, ProviderUnavailable

Transport = httpx.AsyncBaseTransport
"""The seam: whatever sends one `httpx.Request` and returns an `httpx.Response`."""

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "accredit"}
_DEFAULT_PORTS = {"https": 443, "http": 80}


_BROKEN = (httpx.TransportError, aiohttp.ClientError, OSError, EOFError, ValueError, RuntimeError)
"""What transports raise, the odd ones too: UnicodeError for a host name, RuntimeError for a closed session."""


def make_transport(*, max_connections: int) -> Transport:
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


def origin(url: str) -> str:
    """Return `scheme://host:port` of a URL, to compare hosts exactly."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """One finished call, for the audit event: `url` is without its query, `status` None where none arrived."""

    method: str
    url: str
    status: int | None
    duration_ms: float


@dataclass(frozen=True, slots=True)
class ProviderResponse:
    """What a provider answered, whole and within the size limit. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON, whatever type it has.

        Raises:
            ProviderUnavailable: the body is no JSON, or nests too deeply.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as exc:
            raise ProviderUnavailable(f"answer with status {self.status} is not JSON") from exc

    def json_object(self) -> dict[str, Any]:
        """Return the body as a JSON object.

        Raises:
            ProviderUnavailable: the body is no JSON object.
        """
        value = self.json()
        if not isinstance(value, dict):
            raise ProviderUnavailable(f"answer with status {self.status} is not a JSON object")
        return value


class ProviderHTTP:
    """Send requests to the origins of `urls`, and remember each call for the audit event."""

    def __init__(
        self,
        transport: Transport,
        *,
        urls: Iterable[str],
        timeout_s: float,
        max_response_bytes: int,
    ) -> None:
        self._transport = transport
        self._origins = frozenset(map(origin, urls))
        self._timeout_s = timeout_s
        self._max_response_bytes = max_response_bytes
        self.calls: list[ProviderCall] = []

    async def get(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> ProviderResponse:
        """Send one GET with `params` as the query.

        Raises:
            ProviderUnavailable: no answer in time, none at all, a redirect, or one too large.
            PluginFailed: the URL is of a host that the strategy did not declare.
        """
        return await self._send("GET", url, params, headers or {}, None)

    async def post(
        self, url: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> ProviderResponse:
        """Send one POST with a urlencoded form body, empty by default. Raises as `get` does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return await self._send("POST", url, None, headers, urlencode(form or {}).encode())

    async def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        content: bytes | None,
    ) -> ProviderResponse:
        full_url = f"{url}?{urlencode(params)}" if params else url
        try:
            if origin(url) not in self._origins:
                raise PluginFailed(f"the strategy did not declare the host {urlsplit(url).hostname}")
            request = httpx.Request(method, full_url, headers={**_HEADERS, **headers}, content=content)
        except (httpx.InvalidURL, ValueError, TypeError) as exc:
            raise PluginFailed(f"the strategy made a request that cannot be sent: {type(exc).__name__}") from None
        status: int | None = None
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._transport.handle_async_request(request)
                status = response.status_code
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
        except ExchangeError:
            raise
        except TimeoutError:
            raise ProviderUnavailable("call timed out") from None
        except _BROKEN as exc:
            # Not chained: the transport's message may quote the URL with its query.
            raise ProviderUnavailable(f"call failed: {type(exc).__name__}") from None
        finally:
            self.calls.append(ProviderCall(method, _shown(url), status, (time.perf_counter() - started) * 1000))

    async def _read(self, response: httpx.Response) -> ProviderResponse:
        if 300 <= response.status_code < 400:
            raise ProviderUnavailable("the provider redirects; redirects are not followed")
        if response.headers.get("content-encoding", "identity") != "identity":
            # We ask for none, and an encoded body could unpack to any size.
            raise ProviderUnavailable("the provider sent an encoded body")
        body = bytearray()
        # Not `aiter_raw`: that refuses a response which a test's transport has built from a whole body.
        async for chunk in cast("httpx.AsyncByteStream", response.stream):
            body += chunk
            if len(body) > self._max_response_bytes:
                raise ProviderUnavailable(f"answer is over {self._max_response_bytes} bytes")
        return ProviderResponse(response.status_code, dict(response.headers), bytes(body))
