"""Who stands around the bench and takes notes."""

from typing import Any

from accredit.audit.events import AnyEvent, ExchangeEvent
from accredit.hookspecs import hookimpl
from accredit.models import Identity, Subject
from accredit.strategy import Strategy

NOW = 1_800_000_000


class Clock:
    """Epoch seconds, moved by hand: `now` as an operator sets a clock, `advance` as time goes by."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self._passed = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def monotonic(self) -> float:
        """Return the seconds that have gone by."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        self.cool_down(seconds)

    def cool_down(self, seconds: float = 60.0) -> None:
        """Let nothing but cooldowns go by, such as the one after a key set was fetched."""
        self._passed += seconds


class Log:
    """Keeps every line of the engine's log with its level."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def info(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(("info", line))

    def warning(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(("warning", line))

    def error(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(("error", line))

    def critical(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(("critical", line))


class Witness:
    """Sees every identity that gets as far as a subject, and the event of every exchange."""

    def __init__(self) -> None:
        self.identities: list[Identity] = []
        self.events: list[ExchangeEvent] = []

    @hookimpl
    async def resolve_subject(self, identity: Identity, client_id: str) -> Subject | None:
        """Take note, and leave the decision to others."""
        self.identities.append(identity)
        return None

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        """Take note."""
        if isinstance(event, ExchangeEvent):
            self.events.append(event)


class Brings:
    """A plugin that brings one strategy."""

    def __init__(self, strategy: type[Strategy[Any]]) -> None:
        self._strategy = strategy

    @hookimpl
    def strategies(self) -> tuple[type[Strategy[Any]], ...]:
        """Bring it."""
        return (self._strategy,)
