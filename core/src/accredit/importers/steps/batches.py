"""Many writes at once: a storage commits those together that wait for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AT_ONCE = 64


async def in_batches(work: Callable[[T], Awaitable[R]], items: Sequence[T]) -> list[R]:
    """Return what `work` makes of each item, in their order. Of what has failed the first is raised, once all ended."""
    done: list[R] = []
    for start in range(0, len(items), _AT_ONCE):
        batch = items[start : start + _AT_ONCE]
        for outcome in await asyncio.gather(*map(work, batch), return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
            done.append(outcome)
    return done
