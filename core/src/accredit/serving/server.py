"""uvicorn as `accredit serve` runs it: bounded, and without loss when it stops."""

import asyncio
import functools
import socket
from contextlib import suppress
from typing import Any, cast

import uvicorn

from accredit.serving.protocol import BoundedProtocol
from accredit.settings import ServerSettings

LAST_REQUESTS_S = 0.5
"""When the server stops, requests that are on their way to a kept connection have so long to arrive."""


class DrainingServer(uvicorn.Server):
    """A server that answers, before it stops, everybody whose connection the kernel has accepted."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, let whoever is connected send a last request, answer, and close."""
        for connection in self._connections():
            connection.finish()
        await self._take_in(sockets or [])
        if any(connection.is_idle for connection in self._connections()):
            await asyncio.sleep(LAST_REQUESTS_S)
        await super().shutdown(sockets)

    async def _take_in(self, listeners: list[socket.socket]) -> None:
        """Accept who has connected already. Closing the listener would reset them."""
        accepted = [connection for listener in listeners for connection in _accept_all(listener, self.config.backlog)]
        for server in self.servers:
            server.close()
        for listener in listeners:
            listener.close()
        loop = asyncio.get_running_loop()
        for connection in accepted:
            await loop.connect_accepted_socket(self._make_protocol, connection)

    def _make_protocol(self) -> BoundedProtocol:
        factory: Any = self.config.http_protocol_class  # uvicorn's type is that of any protocol
        made: BoundedProtocol = factory(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        made.finish()
        return made

    def _connections(self) -> list[BoundedProtocol]:
        return [one for one in self.server_state.connections if isinstance(one, BoundedProtocol)]


def _accept_all(listener: socket.socket, most: int) -> list[socket.socket]:
    accepted: list[socket.socket] = []
    with suppress(OSError):  # nobody is left, or there are no files left for them
        listener.settimeout(0)
        while len(accepted) < most:
            accepted.append(listener.accept()[0])
    return accepted


def make_server(app: Any, limits: ServerSettings, *, grace_s: int) -> DrainingServer:
    """Return a server for `app`, which does not see the lifespan of the server.

    `grace_s`: how long requests in flight may take once it has been told to stop.
    """
    protocol = functools.partial(BoundedProtocol, limits=limits, waiting={})
    return DrainingServer(
        uvicorn.Config(
            app,
            http=cast("type[asyncio.Protocol]", protocol),  # uvicorn only ever calls it
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=grace_s,
        )
    )
