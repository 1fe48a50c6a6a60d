"""Where events go: each is handed to every sink. What adds to their log lines comes first."""

from collections.abc import Mapping
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


class Annotator(Protocol):
    """Knows more of an event than it says. Must not block, as a sink."""

    def __call__(self, event: AnyEvent, /) -> Mapping[str, str] | None:
        """Return what its log line is to say beside what it says by itself."""


class NamedAnnotator(NamedTuple):
    """An annotator, and whose it is, for the case that it raises."""

    name: str
    fields_of: Annotator
