"""A blocking door around the provider that is all good."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from core.tests.acme import Acme, Brings, Globex, Provider
from core.tests.bench import SETTINGS, Clock, ListLogger, Observer, merged, signing_key

from accredit import ConfigurationError, Settings
from accredit.audit.events import AnyEvent
from accredit.keys import SigningKeys
from accredit.storage import MemoryStorage, Storage
from accredit.sync import Exchange, Runner


@dataclass
class Doorstep:
    """What a test drives, and what it looks at."""

    exchange: Exchange
    provider: Provider
    storage: MemoryStorage
    heard: list[AnyEvent]
    log: ListLogger


def make(
    settings: Mapping[str, Any] | None = None,
    *,
    acme: type[Acme] = Acme,
    plugins: Iterable[object] = (),
    storage: Storage | None = None,
    runner: Runner | None = None,
) -> Doorstep:
    """Make a door."""
    provider, clock, observer, log = Provider(), Clock(), Observer(), ListLogger()
    memory = MemoryStorage(clock=clock)
    exchange = Exchange(
        Settings.model_validate(merged(SETTINGS, settings or {})),
        plugins=[Brings(acme, Globex), *plugins, observer],
        transport=provider,
        clock=clock,
        monotonic=clock.monotonic,
        storage=memory if storage is None else storage,
        keys=SigningKeys([signing_key("ES256")]),
        logger=log,
        runner=runner,
    )
    return Doorstep(exchange, provider, memory, observer.heard, log)


@contextmanager
def doorstep(settings: Mapping[str, Any] | None = None, **parts: Any) -> Iterator[Doorstep]:
    """Make a door, and close it at the end."""
    step = make(settings, **parts)
    try:
        yield step
    finally:
        step.exchange.close()


@asynccontextmanager
async def adoorstep(settings: Mapping[str, Any] | None = None, **parts: Any) -> AsyncIterator[Doorstep]:
    """Make a door for a test in an event loop, and close it at the end."""
    step = make(settings, **parts)
    try:
        yield step
    finally:
        await step.exchange.aclose()


class CountingStorage(MemoryStorage):
    """Counts how often it is opened and closed."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.closed = 0

    async def open(self) -> None:
        self.opened += 1
        await asyncio.sleep(0.01)  # so that others come meanwhile

    async def close(self) -> None:
        self.closed += 1


class Unopenable(CountingStorage):
    """Cannot be opened the first time."""

    async def open(self) -> None:
        await super().open()
        if self.opened == 1:
            raise ConfigurationError("storage.url: nobody is there")
