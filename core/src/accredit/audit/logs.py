"""Events for operators: one JSON line each, under stable names, redacted."""

import logging
from typing import Any, cast

import structlog

from accredit.audit import redact

LOGGER = "accredit"
"""The name of the standard library's logger that gets every event, where the host gives no logger of its own."""


def event_logger(logger: Any = None) -> structlog.typing.FilteringBoundLogger:
    """Return a logger that writes redacted JSON lines to `logger`, by default `logging.getLogger("accredit")`.

    It does not depend on structlog's global configuration, whose default would print local variables, and so
    tokens, in tracebacks.
    """
    return cast(
        "structlog.typing.FilteringBoundLogger",
        structlog.wrap_logger(
            logging.getLogger(LOGGER) if logger is None else logger,
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                redact.processor,
                structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
            ],
        ),
    )


def vanishes() -> bool:
    """Tell whether events of level info go nowhere, and nobody has decided that.

    Without any handler Python prints warnings and worse, and drops the rest; with one, the root logger's level is still
    `WARNING` by default. A level above info on the logger itself is a decision.
    """
    log = logging.getLogger(LOGGER)
    return log.level <= logging.INFO and not (log.hasHandlers() and log.isEnabledFor(logging.INFO))
