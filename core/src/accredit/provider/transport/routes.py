"""The transport of an engine: each request goes the way it asks for, directly or through a proxy."""

import ssl
from collections.abc import Awaitable

from pydantic import SecretStr

from accredit.provider.transport.httpx_seam import NativeTransport, sender_of
from accredit.provider.transport.messages import Reply, Request, Send
from accredit.provider.transport.pool import OwnTransport
from accredit.provider.transport.proxy import ProxyTransport, proxy_for


class Routes(NativeTransport):
    """Send each request through the proxy that it names; without one, directly."""

    def __init__(self, ssl_context: ssl.SSLContext, *, max_connections: int) -> None:
        self._ssl_context = ssl_context
        self._max_connections = max_connections
        self._own = OwnTransport(ssl_context, max_connections=max_connections)
        self._proxies: dict[SecretStr, tuple[ProxyTransport, Send]] = {}

    def send(self, request: Request) -> Awaitable[Reply]:
        """Send one request."""
        proxy = None if request.proxy is None else proxy_for(request.address.url, request.proxy)
        if proxy is None:
            return self._own.send(request)
        if proxy not in self._proxies:
            transport = ProxyTransport(proxy, self._ssl_context, max_connections=self._max_connections)
            self._proxies[proxy] = transport, sender_of(transport)
        return self._proxies[proxy][1](request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._own.aclose()
        for transport, _ in self._proxies.values():
            await transport.aclose()
