"""Where commands that serve write: audit events to standard output, everything else to standard error."""

import io
import logging
import sys


class EventLines:
    """The logger of an engine: writes each audit event, a line of JSON, to standard output at once.

    A full disk or a reader that is gone must not turn a login into an error: that is told on standard error. The
    standard library's logging would do the same for 13 microseconds more an exchange.
    """

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            # JSON is UTF-8, whatever the terminal's locale.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        self._file = sys.stdout

    def msg(self, line: str) -> None:
        """Write one line."""
        try:
            self._file.write(f"{line}\n")
            self._file.flush()
        except (OSError, ValueError) as exc:
            print(f"accredit: cannot write the audit event: {type(exc).__name__}", file=sys.stderr)

    info = warning = error = critical = msg


def log_server() -> None:
    """Write uvicorn's own messages to standard error. Requests are not among them: the audit events tell of those."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("uvicorn")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
