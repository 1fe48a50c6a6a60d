"""What a failure is called: by its kind and code, never by its message, which may quote values."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from accredit.errors import ExchangeError, StorageFailed

_POOLER = (
    "a pooler has lost a statement between two transactions: PgBouncer needs 1.21 or newer and max_prepared_statements"
)
# Source: PostgreSQL, appendix A.
_MEANING = {
    "25006": "it is read-only, as a standby is",
    "26000": _POOLER,
    "42P05": _POOLER,
    "42P01": "a table is missing: run `accredit db upgrade`",
    "42501": "its role lacks a right",
    "53100": "its disk is full",
    "53300": "it has no connection free",
    "55P03": "somebody else holds a lock",
    "57014": "a statement took too long",
}
"""What an operator is told beside a code."""


def failure(exc: Exception) -> ExchangeError:
    """Return an error of its own for each caller: raised, it carries a traceback."""
    if isinstance(exc, StorageFailed):
        return type(exc)(exc.detail)
    if isinstance(exc, PoolTimeout):
        return StorageFailed("the engine's pool had no connection free in time: give it more (pool_size)")
    if isinstance(exc, RuntimeError) and "loop" in str(exc).lower():  # as asyncio and the drivers say it
        return StorageFailed(
            "the engine has connections of another event loop: make it in the loop that serves, or await "
            "engine.dispose() before the other one ends"
        )
    cause: BaseException = exc.orig if isinstance(exc, DBAPIError) and exc.orig is not None else exc
    return StorageFailed(f"database: {type(cause).__name__}{_code(cause)}")


def _code(cause: BaseException) -> str:
    for name in ("sqlite_errorname", "sqlstate", "pgcode"):
        found = getattr(cause, name, None)
        if isinstance(found, str):
            return f" {found}" + (f" ({_MEANING[found]})" if found in _MEANING else "")
    first = cause.args[0] if cause.args else None
    return f" {first}" if isinstance(first, int) else ""
