"""A connection to that one of the hosts which takes writes, within a bounded time.

The driver has one time-out for all hosts together: one that swallows packets would leave no time for the next. So each
is asked by itself, and first the one that answered last.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
from asyncpg.exceptions import TargetServerAttributeNotMatched

from accredit.storage.postgres.address import Address

CONNECT_S = 2.0
"""For one host."""
ANSWER_S = 4.0
"""For one answer: the server has given up before (`frame.STATEMENT_MS`), unless nothing arrives any more."""
UPGRADE_S = 660.0
"""For one answer while a node starts: others may be upgrading the schema, for whom the server has more patience."""
_GOODBYE_S = 0.5

if TYPE_CHECKING:
    Driver = asyncpg.Connection[asyncpg.Record]
else:  # while a program runs it takes no argument
    Driver = asyncpg.Connection


class _Connection(Driver):
    """A connection that is let go in a bounded time, also where nobody hears it."""

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver's own
        """Say goodbye, or cut it."""
        await super().close(timeout=min(_GOODBYE_S, _GOODBYE_S if timeout is None else timeout))


class Connector:
    """Connects to the servers of an address."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._last = 0
        """The host that answered last."""
        self._options: dict[str, Any] = {"timeout": CONNECT_S}
        if "application_name" not in address.parameters:
            self._options["server_settings"] = {"application_name": "accredit"}
        if len(address.hosts) > 1 and "target_session_attrs" not in address.parameters:
            self._options["target_session_attrs"] = "read-write"

    async def connect(self, *, answer_s: float | None = None) -> Driver:
        """Return a new connection, on which an answer may take so long, by default `ANSWER_S`.

        Raises:
            OSError: no host can be reached in time.
            asyncpg.PostgresError: the server refuses it.
            asyncpg.InterfaceError: no host takes writes, or an option of the URL is unknown.
        """
        hosts, bound = self._address.hosts, {"command_timeout": ANSWER_S if answer_s is None else answer_s}
        if not hosts:
            return await self._connect_to(bound)
        failure: Exception = OSError()
        for number in sorted(range(len(hosts)), key=lambda one: one != self._last):
            host, port = hosts[number]
            try:
                found = await self._connect_to(bound | {"host": host} | ({} if port is None else {"port": port}))
            except (OSError, asyncpg.PostgresError, TargetServerAttributeNotMatched) as exc:
                failure = exc if isinstance(failure, OSError) else failure  # a server's word says more
            else:
                self._last = number
                return found
        raise failure

    async def _connect_to(self, where: dict[str, Any]) -> Driver:
        async with asyncio.timeout(CONNECT_S):  # the driver's own does not count the look at what the server takes
            connected: Driver = await asyncpg.connect(
                self._address.url, connection_class=_Connection, **self._options, **where
            )
        return connected
