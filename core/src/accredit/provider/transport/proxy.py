"""Calls through a proxy that speaks CONNECT: httpx's own transport makes them."""

import ssl
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import httpx
from pydantic import SecretStr

from accredit.errors import ConfigurationError
from accredit.provider.transport.pool import KEEP_ALIVE_S
from accredit.settings.proxy import DIRECT, ENVIRONMENT, is_proxy_url


def proxy_for(url: str, proxy: SecretStr) -> SecretStr | None:
    """Return the URL of the proxy that a call to `url` goes through, None where it goes directly.

    `proxy` is as in the settings. What is called without TLS is on loopback, and never goes through a proxy.

    Raises:
        ConfigurationError: `HTTPS_PROXY` is asked for, and cannot be used.
    """
    way = proxy.get_secret_value()
    if way == DIRECT or (parts := urlsplit(url)).scheme != "https":
        return None
    if way != ENVIRONMENT:
        return proxy
    found = getproxies_environment()
    if "https" not in found or proxy_bypass(f"{parts.hostname}:{parts.port or 443}"):
        return None
    way = found["https"] if "://" in found["https"] else f"http://{found['https']}"
    if not is_proxy_url(way):
        raise ConfigurationError("HTTPS_PROXY must be a URL such as http://user:password@proxy.example:3128")
    return SecretStr(way)


class ProxyTransport(httpx.AsyncBaseTransport):
    """Send requests through one proxy; here, too, each origin has connections of its own."""

    def __init__(self, proxy: SecretStr, ssl_context: ssl.SSLContext, *, max_connections: int) -> None:
        url = httpx.URL(proxy.get_secret_value())
        self._proxy = httpx.Proxy(url, ssl_context=ssl_context if url.scheme == "https" else None)
        self._ssl_context = ssl_context
        self._limits = httpx.Limits(max_connections=max_connections, keepalive_expiry=KEEP_ALIVE_S)
        self._shares: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        origin = request.url.netloc.decode("ascii")
        if origin not in self._shares:
            self._shares[origin] = httpx.AsyncHTTPTransport(
                verify=self._ssl_context, trust_env=False, limits=self._limits, proxy=self._proxy
            )
        return await self._shares[origin].handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        for share in self._shares.values():
            await share.aclose()
