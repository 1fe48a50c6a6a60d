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


def event_logger(
    logger: Any = None, *, render: structlog.typing.Processor | None = None
) -> structlog.typing.FilteringBoundLogger:
    """Return a logger that writes redacted JSON lines to `logger`, by default `logging.getLogger("accredit")`.

    `render` makes a line of what it is told, by default of fields. It does not depend on structlog's global
    configuration, whose default would print local variables, and so tokens, in tracebacks.
    """
    if logger is None:
        logger = logging.getLogger(LOGGER)
    # What one of the standard library's drops by its level is not rendered, which would cost eight times as much.
    filters = [structlog.stdlib.filter_by_level] if isinstance(logger, logging.Logger) else []
    return cast(
        "structlog.typing.FilteringBoundLogger",
        structlog.wrap_logger(
            logger,
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            processors=[*filters, render or _render],
        ).bind(),  # once: the logger that is wrapped would do so at every event
    )


def _render(_logger: object, level: str, fields: MutableMapping[str, Any]) -> str:
    return line_of(fields, level)


_encode = json.JSONEncoder(default=str, ensure_ascii=False, check_circular=False).encode


def line_of(fields: MutableMapping[str, Any], level: str, *, names_are_ours: bool = False) -> str:
    """Render fields with their level and the time, redacted; most hold nothing to redact, which the line tells at once.

    structlog's own processors for level and time would take five calls more. `names_are_ours` is as in
    `may_hold_secret`.
    """
    fields["level"] = level
    fields["timestamp"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    line = _encode(fields)
    return _encode(redact(fields)) if may_hold_secret(line, names_are_ours=names_are_ours) else line


def vanishes() -> bool:
    """Tell whether events of level info go nowhere, and nobody has decided that.

    Without any handler Python prints warnings and worse, and drops the rest; with one, the root logger's level is still
    `WARNING` by default. A level above info on the logger itself is a decision.
    """
    log = logging.getLogger(LOGGER)
    return log.level <= logging.INFO and not (log.hasHandlers() and log.isEnabledFor(logging.INFO))
