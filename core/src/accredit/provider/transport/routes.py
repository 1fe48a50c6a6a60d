"""The transport of an engine: each request goes the way it asks for, directly or through a proxy."""

import ssl
from collections.abc import Awaitable

import httpx
from pydantic import SecretStr

from accredit.provider.transport.httpx_seam import NativeTransport, sender_of
from accredit.provider.transport.messages import Address, Reply, Request, Send, Whole
from accredit.provider.transport.pool import Share
from accredit.provider.transport.proxy import ProxyTransport, proxy_for

_PORTS = {"https": 443, "http": 80}


class Routes(NativeTransport):
    """Send each request through the proxy that it names; without one, directly.

    At most `max_connections` to each origin, either way.
    """

    def __init__(self, ssl_context: ssl.SSLContext, *, max_connections: int) -> None:
        self._ssl_context = ssl_context
        self._max_connections = max_connections
        self._ways: dict[tuple[str, str, SecretStr | None], Send] = {}
        self._shares: dict[tuple[str, str], Share] = {}
        self._proxies: dict[SecretStr, ProxyTransport] = {}
        self._is_closed = False

    def send(self, request: Request) -> Awaitable[Whole | Reply]:
        """Send one request: see `Share.send`.

        Raises:
            httpx.UnsupportedProtocol: it is of another scheme than http and https.
            httpx.ConnectError: the transport is closed.
        """
        address = request.address
        way = self._ways.get((address.scheme, address.authority, request.proxy))
        return (way or self._way(address, request.proxy))(request)

    def _way(self, address: Address, proxy: SecretStr | None) -> Send:
        """Look for the way to a host once: to look into the environment takes longer than all the rest of a call."""
        if self._is_closed:
            raise httpx.ConnectError("the transport is closed")
        if address.scheme not in _PORTS:
            raise httpx.UnsupportedProtocol("neither http nor https")
        through = None if proxy is None else proxy_for(address.url, proxy)
        way = self._share(address).send if through is None else sender_of(self._proxy(through))
        self._ways[address.scheme, address.authority, proxy] = way
        return way

    def _share(self, address: Address) -> Share:
        origin = address.scheme, address.authority
        if origin not in self._shares:
            self._shares[origin] = Share(
                address.host,
                address.port or _PORTS[address.scheme],
                self._ssl_context if address.scheme == "https" else None,
                max_connections=self._max_connections,
            )
        return self._shares[origin]

    def _proxy(self, url: SecretStr) -> ProxyTransport:
        if url not in self._proxies:
            self._proxies[url] = ProxyTransport(url, self._ssl_context, max_connections=self._max_connections)
        return self._proxies[url]

    async def aclose(self) -> None:
        """Close all connections; a later request fails."""
        self._is_closed = True
        self._ways.clear()
        for share in self._shares.values():
            await share.aclose()
        for proxy in self._proxies.values():
            await proxy.aclose()
