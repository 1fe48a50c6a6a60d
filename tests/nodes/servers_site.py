"""The same nodes, each on a machine of its own, so to speak: they share a PostgreSQL and a Valkey, and nothing else."""

import asyncio
import base64
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, LiteralString

from core.tests import valkey
from tests.nodes.node import Node
from tests.nodes.postgres import DATABASE, PostgresServer
from tests.nodes.site import CHECK_INTERVAL_S, NODES, OF_ONE_USER, Site, Tables

CACHE_TIMEOUT_S = 0.5
"""Longer than by default: while a node counts alone for a moment, because the machine was busy, a limit counts less."""


class ServersSite(Site):
    """Everything that runs, the servers included."""

    def __init__(
        self, folder: Path, *, nodes: int = NODES, audit: bool = False, of_one_user: int = OF_ONE_USER
    ) -> None:
        super().__init__(folder, nodes=nodes, audit=audit, of_one_user=of_one_user)
        self._cache_key, self._keys_key = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))

    async def _begin(self, stack: AsyncExitStack) -> None:
        self.postgres = await asyncio.to_thread(PostgresServer.made)
        stack.callback(lambda: self.postgres.remove())  # whichever it is by then
        self.valkey = stack.enter_context(valkey.running())
        for node in self.everybody:
            node.database.target = self.postgres.socket
            node.cache.target = ("127.0.0.1", self.valkey.port)
        await super()._begin(stack)

    async def rows(self, query: LiteralString) -> Sequence[tuple[Any, ...]]:
        """Run a query on the database that is written now."""

        def run() -> Sequence[tuple[Any, ...]]:
            with self.postgres.connect() as connection:
                return connection.execute(query).fetchall()

        return await asyncio.to_thread(run)

    def shared(self, node: Node) -> Tables:
        """Return the addresses of a node's own lines."""
        hosts = ",".join(f"127.0.0.1:{line.port}" for line in (node.database, node.standby))
        return {
            "storage": {"url": f"postgresql://postgres@{hosts}/{DATABASE}?target_session_attrs=read-write"},
            "cache": {
                "url": f"redis://127.0.0.1:{node.cache.port}",
                "encryption_key": self._cache_key,
                "timeout_s": CACHE_TIMEOUT_S,
            },
            "keys": {"place": "storage", "encryption_key": self._keys_key, "check_interval_s": CHECK_INTERVAL_S},
        }
