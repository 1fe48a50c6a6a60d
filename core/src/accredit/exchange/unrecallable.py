"""A write that has begun cannot be called back: what came of it is noted, also where the caller has left meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_S = 1.0
"""For so long whoever has left is kept, until the write has ended; most take milliseconds."""


async def noted(write: Coroutine[Any, Any, T], note: Callable[[T], None]) -> T:
    """Return what `write` does, and `note` it before anything else happens.

    Where the caller is cancelled meanwhile, the write still has `PATIENCE_S` to end, and is noted if it does. One that
    has not even begun by then is not done any more.
    """
    task = asyncio.ensure_future(write)
    try:
        result = await asyncio.shield(task)
    except asyncio.CancelledError:
        try:
            await asyncio.wait([task], timeout=PATIENCE_S)
        finally:
            if task.cancel():
                task.add_done_callback(_forget)
            elif not _forget(task):
                note(task.result())
        raise
    note(result)
    return result


def _forget(task: "asyncio.Future[Any]") -> bool:
    """Tell whether it has failed. Looked at, or asyncio would say that nobody has."""
    return task.cancelled() or task.exception() is not None
