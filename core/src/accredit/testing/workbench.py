"""An engine around one simulator, with nothing on disk and no network: what most plugin tests need."""

import functools
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from accredit.exchange import Exchange
from accredit.http import Transport
from accredit.jose import SigningKey
from accredit.keys import SigningKeys
from accredit.settings import Settings
from accredit.testing.simulator import Simulator
from accredit.testing.transport import InProcess

BASE_URL = "http://127.0.0.1:9"
_signing_key = functools.cache(lambda: SigningKey.generate("ES256"))


@asynccontextmanager
async def exchange_for(
    simulator: Simulator,
    *,
    connection: dict[str, Any] | None = None,
    transport: Transport | None = None,
    clock: Callable[[], float] = time.time,
    plugins: Iterable[object] = (),
) -> AsyncIterator[Exchange]:
    """Run an `Exchange` whose only connection is the simulator's strategy, for the client `app`.

    `connection` overrides settings of the connection; `transport` stands between the strategy and the simulator.
    """
    table = {**simulator.settings(BASE_URL), **(connection or {})}
    settings = Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "connections": {simulator.strategy: table},
            "clients": {"app": {"connections": [simulator.strategy]}},
            "storage": {"url": "memory://"},
        }
    )
    async with Exchange(
        settings,
        transport=transport or InProcess({BASE_URL: simulator.app()}),
        clock=clock,
        keys=SigningKeys([_signing_key()]),
        plugins=plugins,
    ) as exchange:
        yield exchange
