"""Events for operators: one JSON line each, under stable names, redacted."""

import json
import logging
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, cast

import structlog

from accredit.audit.redact import may_hold_secret, redact

LOGGER = "accredit"
"""The name of the standard library's logger that gets every event, where the host gives no logger of its own."""


def event_logger(logger: Any = None, *first: structlog.typing.Processor) -> structlog.typing.FilteringBoundLogger:
    """Return a logger that writes redacted JSON lines to `logger`, by default `logging.getLogger("accredit")`.

    What it is told goes through the processors `first`.
    It does not depend on structlog's global configuration, whose default would print local variables, and so
    tokens, in tracebacks.
    """
    return cast(
        "structlog.typing.FilteringBoundLogger",
        structlog.wrap_logger(
            logging.getLogger(LOGGER) if logger is None else logger,
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            processors=[*first, _line],
        ).bind(),  # once: the logger that is wrapped would do so at every event
    )


_encode = json.JSONEncoder(default=str, ensure_ascii=False, check_circular=False).encode


def _line(_logger: object, level: str, event: MutableMapping[str, Any]) -> str:
    """Render an event with its level and the time, redacted; most hold nothing to redact, which the line tells at once.

    structlog's own processors for level and time would take five calls more.
    """
    event["level"] = level
    event["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = _encode(event)
    return _encode(redact(event)) if may_hold_secret(line) else line


def vanishes() -> bool:
    """Tell whether events of level info go nowhere, and nobody has decided that.

    Without any handler Python prints warnings and worse, and drops the rest; with one, the root logger's level is still
    `WARNING` by default. A level above info on the logger itself is a decision.
    """
    log = logging.getLogger(LOGGER)
    return log.level <= logging.INFO and not (log.hasHandlers() and log.isEnabledFor(logging.INFO))
