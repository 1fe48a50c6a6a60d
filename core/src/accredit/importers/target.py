"""Where an import goes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from accredit.audit.events import AnyEvent
from accredit.exchange.engine import Engine
from accredit.exchange.subjects import Subjects
from accredit.plugins import Connection
from accredit.settings import Settings
from accredit.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An open storage, and the settings of the server that works with it."""

    storage: Storage
    settings: Settings
    connections: Mapping[str, Connection]
    clock: Callable[[], float] = time.time
    """Returns epoch seconds."""
    emit: Callable[[AnyEvent], None] = lambda _: None
    """Hears of every link and block."""

    @classmethod
    def of(cls, engine: Engine, *, storage: Storage | None = None) -> Self:
        """Return that of an engine; `storage` stands in for its own."""
        return cls(
            storage=engine.storage if storage is None else storage,
            settings=engine.settings,
            connections=engine.connections,
            clock=engine.clock,
            emit=engine.reporter.emit,
        )

    @property
    def subjects(self) -> Subjects:
        """What changes whose an identity is, and leaves an event."""
        return Subjects(self.storage, policy=self.settings.subjects.policy, clock=self.clock, emit=self.emit)
