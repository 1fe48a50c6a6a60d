"""One node: `accredit serve` with lines of its own to the database, its standby and the shared cache."""

import asyncio
import json
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.faults.servers import Server
from tests.nodes.line import Line


class Node:
    """A place where a server runs; when it has ended, another one may take its place."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.database = Line()
        self.standby = Line()
        self.cache = Line()
        self._server: Server | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Node":
        self.folder.mkdir()
        for line in self.lines:
            await self._stack.enter_async_context(line)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            await self.end(signal.SIGKILL)
        await self._stack.aclose()

    @property
    def lines(self) -> tuple[Line, ...]:
        """All ways to others."""
        return self.database, self.standby, self.cache

    @property
    def server(self) -> Server:
        """The process."""
        assert self._server is not None
        return self._server

    def write(self, settings: str) -> None:
        """Write the settings."""
        self.folder.joinpath("accredit.toml").write_text(settings, "utf-8")

    async def start(self) -> None:
        """Start a process, and wait until it listens."""
        self._server = await asyncio.to_thread(Server, self.folder)
        await asyncio.to_thread(self._server.wait_until_it_listens)

    async def end(self, number: signal.Signals) -> int:
        """Send a signal, and return the exit code."""
        server, self._server = self.server, None
        return await asyncio.to_thread(server.end, number)


def toml(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Write tables whose values JSON writes as TOML does."""
    return "\n".join(
        line
        for name, values in tables.items()
        for line in (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items()))
    )
