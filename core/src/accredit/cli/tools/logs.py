"""Where commands that serve write: audit events to standard output, everything else to standard error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from accredit.audit.logs import event_logger
from accredit.serving.lines import LineWriter

EVENTS_BYTES = 16 * 2**20
MESSAGES_BYTES = 2**20
"""What may wait to be written, of either kind: tens of thousands of lines."""


class EventLines:
    """The logger of an engine: hands each audit event, a line of JSON, to whoever writes it.

    A full disk, or a reader that is slow or gone, must not turn a login into an error, nor make it wait: that is told
    on standard error. The standard library's logging would do the same for 13 microseconds more an exchange.
    """

    def __init__(self, events: LineWriter, messages: LineWriter) -> None:
        self._events = events
        self._messages = messages
        self._has_room = True

    def msg(self, line: str) -> None:
        """Write one line."""
        had_room, self._has_room = self._has_room, self._events.write(line)
        if had_room and not self._has_room:
            self._messages.write("accredit: standard output is not read: audit events are dropped")

    info = warning = error = critical = msg


class _Handler(logging.Handler):
    def __init__(self, messages: LineWriter) -> None:
        super().__init__()
        self._messages = messages
        self.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.write(self.format(record))


@contextmanager
def process_logs() -> Iterator[EventLines]:
    """Write audit events to standard output, and all that is logged to standard error, until the block ends."""
    messages = LineWriter(
        sys.stderr,
        max_bytes=MESSAGES_BYTES,
        dropped=lambda count: f"accredit: {count} messages were dropped: nobody read standard error",
        failed=lambda _: None,  # there is no place left to tell it
    )
    events = LineWriter(
        sys.stdout,
        max_bytes=EVENTS_BYTES,
        dropped=_dropped_events,
        failed=lambda exc: messages.write(f"accredit: cannot write the audit event: {type(exc).__name__}"),
    )
    handler = _Handler(messages)
    logging.getLogger().addHandler(handler)
    try:
        yield EventLines(events, messages)
    finally:
        if lost := events.close():
            messages.write(f"accredit: {lost} audit events are lost: nobody read standard output")
        logging.getLogger().removeHandler(handler)
        messages.close()


def _dropped_events(count: int) -> str:
    return str(event_logger(structlog.ReturnLogger()).error("events.dropped", count=count))


def log_server() -> None:
    """Log what uvicorn says of its life. Requests are not among that: the audit events tell of those."""
    logging.getLogger("uvicorn").setLevel(logging.INFO)
