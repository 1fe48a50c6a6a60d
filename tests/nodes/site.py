"""Nodes behind a round robin that share one database file, as processes of one machine do, and their providers."""

import asyncio
import contextlib
import itertools
import json
import signal
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, LiteralString, Self

from tests.faults.moody import APP_ID, Moody
from tests.nodes import ledger
from tests.nodes.ledger import Verdict
from tests.nodes.node import Node, toml
from tests.nodes.people import People
from tests.nodes.round_robin import RoundRobin

from accredit.keys.jose import SigningKey

NODES = 3
ISSUER = "https://login.example.com/"
ROBOT = "robot"
API = "https://api.example.com"
OF_ONE_USER = 200
CHECK_INTERVAL_S = 0.2
_BY_CALLER = ("failed_attempts", "failed_attempts_by_address", "failed_attempts_by_token")
_UNLIMITED = ("address", "client", "connection", *_BY_CALLER)
"""All tests are one client's, at one address."""

Tables = Mapping[str, Mapping[str, Any]]
"""Of settings."""


class Site:
    """Everything that runs. `folder` is for the nodes' files; with `audit` the nodes keep an audit table.

    One user may log in and refresh `of_one_user` times in a minute.
    """

    def __init__(
        self, folder: Path, *, nodes: int = NODES, audit: bool = False, of_one_user: int = OF_ONE_USER
    ) -> None:
        self._folder = folder
        self._audit = audit
        self._of_one_user = of_one_user
        self._stack = AsyncExitStack()
        self.provider = Moody()
        self.moody = Moody()
        self.front = RoundRobin()
        self.robot_key = SigningKey.generate("ES256")
        self.numbers = itertools.count(1)
        """Users, each of whom nobody else has."""
        self.nodes = [Node(f"node-{number}", folder / f"node-{number}") for number in range(1, nodes + 1)]
        self.office = Node("office", folder / "office")
        """Where an operator is: no server runs there, and commands find the settings."""

    async def __aenter__(self) -> Self:
        try:
            await self._begin(self._stack)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _begin(self, stack: AsyncExitStack) -> None:
        """Start all nodes at once: the first ones to use what they share."""
        for part in (self.provider, self.moody, self.front):
            await stack.enter_async_context(part)
        for node in self.everybody:
            await stack.enter_async_context(node)
        jwks = {"keys": [self.robot_key.public_jwk()]}
        self._folder.joinpath("robot.json").write_text(json.dumps(jwks), "utf-8")
        self.office.write(self.settings(self.office))
        await asyncio.gather(*(self.start(node) for node in self.nodes))

    @property
    def everybody(self) -> tuple[Node, ...]:
        """The nodes, and the operator."""
        return *self.nodes, self.office

    async def start(self, node: Node) -> None:
        """Start a node's process, and send it requests once it is ready."""
        node.write(self.settings(node))
        await node.start()
        await self.front.add(node.name, node.server.port)

    async def kill(self, node: Node) -> None:
        """Kill a node's process, which the round robin has to find out by itself, and only then forgets."""
        await node.end(signal.SIGKILL)
        await self.front.remove(node.name)

    async def stop(self, node: Node) -> int:
        """Stop a node's process as a restart does, and return its exit code. The round robin is not told before."""
        code = await node.end(signal.SIGTERM)
        await self.front.remove(node.name)
        return code

    async def command(self, *arguments: str) -> str:
        """Run a command of `accredit` as an operator, and return what it prints.

        Raises:
            AssertionError: it fails.
        """
        run = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "accredit",
            *arguments,
            cwd=self.office.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await run.communicate()
        assert run.returncode == 0, (arguments, errors.decode())
        return output.decode()

    def people(self, seed: int = 1) -> People:
        """Return people who use all nodes."""
        return People(self.front.port, self.numbers, seed=seed)

    async def verdict(self, people: People) -> Verdict:
        """Compare what people were given with what is stored."""
        queries = (ledger.TOKENS, ledger.SESSIONS, ledger.IDENTITIES)
        tokens, sessions, identities = [await self.rows(query) for query in queries]
        return ledger.Ledger.of(tokens, sessions, identities).judge(people.accounts)

    async def rows(self, query: LiteralString) -> Sequence[tuple[Any, ...]]:
        """Run a query on the database."""
        with contextlib.closing(sqlite3.connect(self._folder / "accredit.db")) as connection:
            return connection.execute(query).fetchall()

    def shared(self, node: Node) -> Tables:
        """Return how a node finds what all share."""
        del node  # on one machine each finds it in the same way
        return {
            "storage": {"url": f"sqlite:///{self._folder}/accredit.db"},
            "keys": {"path": f"{self._folder}/keys.json", "check_interval_s": CHECK_INTERVAL_S},
        }

    def settings(self, node: Node) -> str:
        """Return what a node is told: the same as all others, but for its ways to what they share."""
        providers = {"steady": self.provider, "moody": self.moody}
        connections = {
            f"connections.{name}": {
                "strategy": "facebook",
                "namespace": name,
                "app_id": APP_ID,
                "app_secret": "0123456789abcdef0123456789abcdef",
                "graph_url": provider.url,
                "limited_login_jwks_url": f"{provider.url}/keys",
            }
            for name, provider in providers.items()
        }
        limits = {"subject": f"{self._of_one_user}/minute", "provider_timeout_s": 1.0, "breaker_outages": 0}
        return f"issuer = {json.dumps(ISSUER)}\n" + toml(
            {
                **connections,
                "clients.app": {"connections": list(providers)},
                "clients.strict": {"connections": ["steady"], "leeway_s": 0},
                f"clients.{ROBOT}": {"jwks_path": str(self._folder / "robot.json"), "audiences": [API]},
                "subjects": {"policy": "create"},
                "tokens": {"signing_alg": "ES256", "leeway_s": 300},
                "limits": {**limits, **dict.fromkeys(_UNLIMITED, "off")},
                "audit": {"table": self._audit},
                **self.shared(node),
            }
        )
