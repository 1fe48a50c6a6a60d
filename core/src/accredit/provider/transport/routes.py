"""The transport of an engine: each request goes the way it asks for, directly or through a proxy."""

import ssl

import httpx
from pydantic import SecretStr

from accredit.provider.transport.pool import OwnTransport
from accredit.provider.transport.proxy import ProxyTransport, proxy_for

PROXY = "accredit.proxy"
"""The extension of an `httpx.Request` with the proxy it goes through: a `SecretStr`, as in the settings."""


class Routes(httpx.AsyncBaseTransport):
    """Send each request the way its extension `PROXY` says; without one, directly."""

    def __init__(self, ssl_context: ssl.SSLContext, *, max_connections: int) -> None:
        self._ssl_context = ssl_context
        self._max_connections = max_connections
        self._own = OwnTransport(ssl_context, max_connections=max_connections)
        self._proxies: dict[SecretStr, ProxyTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        if PROXY not in request.extensions:
            return await self._own.handle_async_request(request)
        proxy = proxy_for(str(request.url), request.extensions[PROXY])
        if proxy is None:
            return await self._own.handle_async_request(request)
        if proxy not in self._proxies:
            self._proxies[proxy] = ProxyTransport(proxy, self._ssl_context, max_connections=self._max_connections)
        return await self._proxies[proxy].handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in (self._own, *self._proxies.values()):
            await transport.aclose()
