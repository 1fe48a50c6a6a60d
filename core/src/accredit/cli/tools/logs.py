"""Where commands that serve write: audit events to standard output, everything else to standard error."""

import logging
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import structlog

from accredit.audit.logs import event_logger
from accredit.serving.lines import LineWriter

EVENTS_BYTES = 16 * 2**20
MESSAGES_BYTES = 2**20
"""What may wait to be written, of either kind: tens of thousands of lines."""


Turns = tuple[AbstractContextManager[object] | None, AbstractContextManager[object] | None]


class EventLines:
    """The logger of an engine: hands each audit event, a line of JSON, to whoever writes it.

    A full disk, or a reader that is slow or gone, must not turn a login into an error, nor make it wait: that is told
    on standard error. The standard library's logging would do the same for 13 microseconds more an exchange.
    """

    def __init__(self, events: LineWriter, messages: LineWriter, worker: int | None = None) -> None:
        self._events = events
        self._messages = messages
        self._end = _end_of(worker)
        self._has_room = True

    def msg(self, line: str) -> None:
        """Write one line."""
        had_room, self._has_room = self._has_room, self._events.write(_with_end(line, self._end))
        if had_room and not self._has_room:
            self._messages.write("accredit: standard output is not read: audit events are dropped")

    info = warning = error = critical = msg


def _end_of(worker: int | None) -> str:
    return "" if worker is None else f', "worker": {worker}}}'


def _with_end(line: str, end: str) -> str:
    """Say in an event's line which worker's it is, without reading it again: a line ends with its object."""
    return f"{line[:-1]}{end}" if end else line


class _Handler(logging.Handler):
    def __init__(self, messages: LineWriter, worker: int | None) -> None:
        super().__init__()
        self._messages = messages
        whose = "" if worker is None else f"worker {worker}: "
        self.setFormatter(logging.Formatter(f"%(levelname)s: {whose}%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._messages.write(self.format(record))


@contextmanager
def process_logs(worker: int | None = None, turns: Turns = (None, None)) -> Iterator[EventLines]:
    """Write audit events to standard output, and all that is logged to standard error, until the block ends.

    Among several processes, `worker` is which one this is, and `turns` are the locks that all of them take for a line,
    of standard output and of standard error.
    """
    messages = LineWriter(
        sys.stderr,
        max_bytes=MESSAGES_BYTES,
        dropped=lambda count: f"accredit: {count} messages were dropped: nobody read standard error",
        failed=lambda _: None,  # there is no place left to tell it
        turn=turns[1],
    )
    events = LineWriter(
        sys.stdout,
        max_bytes=EVENTS_BYTES,
        dropped=lambda count: _with_end(_dropped_events(count), _end_of(worker)),
        failed=lambda exc: messages.write(f"accredit: cannot write the audit event: {type(exc).__name__}"),
        turn=turns[0],
    )
    handler = _Handler(messages, worker)
    logging.getLogger().addHandler(handler)
    try:
        yield EventLines(events, messages, worker)
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
