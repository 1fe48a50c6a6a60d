"""A second, small server in the same event loop, for what is not for everybody who can reach the first."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from accredit.serving.server import make_server
from accredit.settings import ServerSettings

MOST_CONNECTIONS = 20


@asynccontextmanager
async def served_beside(app: Any, listener: socket.socket, limits: ServerSettings) -> AsyncIterator[None]:
    """Serve `app` at `listener` while the block runs: bounded as the first server is, and without its signals."""
    server = make_server(app, limits.model_copy(update={"max_connections": MOST_CONNECTIONS}), grace_s=0)
    server.config.load()
    make: Any = server.config.http_protocol_class
    state = server.server_state
    listening = await asyncio.get_running_loop().create_server(
        lambda: make(config=server.config, server_state=state, app_state={}), sock=listener
    )
    try:
        yield
    finally:
        listening.close()
        for connection in list(state.connections):
            connection.shutdown()
