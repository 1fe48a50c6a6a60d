"""What a failure is called: by its kind and code, never by its message, which may quote values."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from accredit.errors import ExchangeError, StorageFailed


def failure(exc: Exception) -> ExchangeError:
    """Return an error of its own for each caller: raised, it carries a traceback."""
    if isinstance(exc, StorageFailed):
        return StorageFailed(exc.detail)
    if isinstance(exc, PoolTimeout):
        return StorageFailed("the engine's pool had no connection free in time: give it more (pool_size)")
    if isinstance(exc, RuntimeError) and "loop" in str(exc).lower():  # as asyncio and the drivers say it
        return StorageFailed(
            "the engine has connections of another event loop: make it in the loop that serves, or await "
            "engine.dispose() before the other one ends"
        )
    if isinstance(exc, DBAPIError) and exc.orig is not None:
        return StorageFailed(f"database: {type(exc.orig).__name__}{_code(exc.orig)}")
    return StorageFailed(f"database: {type(exc).__name__}")


def _code(cause: BaseException) -> str:
    for name in ("sqlite_errorname", "sqlstate", "pgcode"):
        found = getattr(cause, name, None)
        if isinstance(found, str):
            return f" {found}"
    first = cause.args[0] if cause.args else None
    return f" {first}" if isinstance(first, int) else ""
