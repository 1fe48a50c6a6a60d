"""Reach simulators without a network: the transport seam of `accredit.provider.http`."""

from collections.abc import Mapping
from typing import Any

import httpx

from accredit.provider.http import origin


class InProcess(httpx.AsyncBaseTransport):
    """Send each request to the ASGI app of its origin; refuse any other host.

    `apps` maps base URLs, such as `http://127.0.0.1:9001`, to ASGI apps. Faults that exist on a TCP connection only
    (`accredit.testing.simulator.faults.WIRE_FAULTS`) cannot be had here: their requests raise `FaultNeedsServer`.
    """

    def __init__(self, apps: Mapping[str, Any]) -> None:
        self._transports = {origin(url): httpx.ASGITransport(app=app) for url, app in apps.items()}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer from the app, or fail as an unreachable host does."""
        try:
            transport = self._transports[origin(str(request.url))]
        except KeyError:
            raise httpx.ConnectError("nothing listens there", request=request) from None
        return await transport.handle_async_request(request)

    def close(self) -> None:
        """Let nobody be reached any more. What is under way goes on."""
        self._transports = {}
