"""An `Exchange` around one simulator, with nothing on disk and no network: what most plugin tests need."""

import functools
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from accredit.exchange.exchange import Exchange
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.provider.http import Transport
from accredit.settings import Settings
from accredit.storage import MemoryStorage
from accredit.testing.simulator.simulator import Simulator
from accredit.testing.simulator.transport import InProcess

BASE_URL = "http://127.0.0.1:9"
_signing_key = functools.cache(lambda: SigningKey.generate("ES256"))


_ENCRYPTION_KEY = "A" * 43 + "="
"""For what a connection keeps, in memory; a secret of nobody's."""


@asynccontextmanager
async def exchange_for(
    simulator: Simulator,
    *,
    connection: dict[str, Any] | None = None,
    transport: Transport | None = None,
    clock: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    plugins: Iterable[object] = (),
    base_url: str = BASE_URL,
    limits: Mapping[str, float] | None = None,
    logger: object = None,
) -> AsyncIterator[Exchange]:
    """Run an `Exchange` whose only connection is the simulator's strategy, for the client `app`.

    `connection` overrides settings of the connection, of which `cache_s` is 0: whoever sends a token again wants to see
    the provider asked again. `transport` stands between the strategy and the simulator.
    `clock` returns epoch seconds, `monotonic` those of a clock that nobody sets, by which key sets age.
    With `base_url` the simulator is one that is being served there, and `transport` must reach it; `limits` are
    settings of the table `[limits]`, in which no call is made again and no breaker opens: whoever lets the simulator
    fail wants to see that one failure, and the next login asked as the first was.
    """
    table = {"cache_s": 0, **simulator.settings(base_url), **(connection or {})}
    settings = Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "connections": {simulator.strategy: table},
            "keys": {"encryption_key": _ENCRYPTION_KEY},
            "clients": {"app": {"connections": [simulator.strategy]}},
            "limits": {"provider_retries": 0, "breaker_outages": 0, **(limits or {})},
        }
    )
    async with Exchange(
        settings,
        transport=transport or InProcess({base_url: simulator.app()}),
        clock=clock,
        monotonic=monotonic,
        storage=MemoryStorage(clock=clock),
        keys=SigningKeys([_signing_key()]),
        plugins=plugins,
        logger=logger,
    ) as exchange:
        yield exchange
