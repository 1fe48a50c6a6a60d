"""The transport of an engine: each request goes the way it asks for, directly or through a proxy."""

import ssl
from collections.abc import Awaitable

from pydantic import SecretStr

from accredit.provider.transport.httpx_seam import NativeTransport, sender_of
from accredit.provider.transport.messages import Address, Reply, Request, Send
from accredit.provider.transport.pool import OwnTransport
from accredit.provider.transport.proxy import ProxyTransport, proxy_for
from accredit.settings.proxy import ENVIRONMENT


class Routes(NativeTransport):
    """Send each request through the proxy that it names; without one, directly."""

    def __init__(self, ssl_context: ssl.SSLContext, *, max_connections: int) -> None:
        self._ssl_context = ssl_context
        self._max_connections = max_connections
        self._own = OwnTransport(ssl_context, max_connections=max_connections)
        self._proxies: dict[SecretStr, tuple[ProxyTransport, Send]] = {}
        self._found: dict[tuple[str, str], SecretStr | None] = {}

    def send(self, request: Request) -> Awaitable[Reply]:
        """Send one request."""
        proxy = None if request.proxy is None else self._proxy_for(request.address, request.proxy)
        if proxy is None:
            return self._own.send(request)
        if proxy not in self._proxies:
            transport = ProxyTransport(proxy, self._ssl_context, max_connections=self._max_connections)
            self._proxies[proxy] = transport, sender_of(transport)
        return self._proxies[proxy][1](request)

    def _proxy_for(self, address: Address, proxy: SecretStr) -> SecretStr | None:
        """Look into the environment once a host: that takes longer than all the rest of a call."""
        if proxy.get_secret_value() != ENVIRONMENT:
            return proxy_for(address.url, proxy)
        key = address.scheme, address.authority
        if key not in self._found:
            self._found[key] = proxy_for(address.url, proxy)
        return self._found[key]

    async def aclose(self) -> None:
        """Close all connections."""
        await self._own.aclose()
        for transport, _ in self._proxies.values():
            await transport.aclose()
