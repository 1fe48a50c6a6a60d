"""Where events go: each is handed to every sink."""

from typing import NamedTuple, Protocol

from accredit.audit.events import AnyEvent


class Sink(Protocol):
    """Takes each event as it happens. Must not block: a request may wait for it."""

    def __call__(self, event: AnyEvent, /) -> object:
        """Take note of one event. What is returned is ignored."""


class NamedSink(NamedTuple):
    """A sink, and whose it is, for the case that it raises."""

    name: str
    take: Sink
