"""Events for operators: one JSON line each, under stable names, redacted."""

import functools
import logging
import re
from collections.abc import MutableMapping
from typing import Any, cast

import structlog

LOGGER = "accredit"
"""The name of the standard library's logger that gets every event, where the host gives no logger of its own."""

_SECRET_KEYS = re.compile(r"token$|secret|password|authorization|nonce|proof_value|^code$", re.IGNORECASE)
_SECRET_TEXT = re.compile(
    r"(?P<name>\b\w*(?:token|secret|proof|code)=)[^&\s\"']+"  # a query or form parameter
    r"|(?P<scheme>\b(?:Bearer|OAuth2|OAuth|Basic)\s+)\S+"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]*",  # a JWT
    re.IGNORECASE,
)


_MAY_BE_SECRET = re.compile(r"[=\s]|eyJ", re.IGNORECASE)
"""What every secret text holds: most values need no closer look."""


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank everything that is, or looks like, a secret: a structlog processor, also for hosts' own pipelines."""
    return {key: _redacted(key, value) for key, value in event.items()}


@functools.lru_cache(maxsize=1024)
def _is_secret_key(key: str) -> bool:
    return _SECRET_KEYS.search(key) is not None


def _redacted(key: str, value: Any) -> Any:
    if _is_secret_key(key) and value is not None and not isinstance(value, bool):
        return "[redacted]"
    if isinstance(value, dict):
        return {name: _redacted(str(name), one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(key, one) for one in value]
    if not isinstance(value, str):
        return value
    if not _MAY_BE_SECRET.search(value):
        return value
    return _SECRET_TEXT.sub(lambda hit: f"{hit['name'] or hit['scheme'] or ''}[redacted]", value)


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
                redact,
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
