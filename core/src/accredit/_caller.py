"""Whose thread is it? Functions that must run where somebody waits for the answer, rather than in the event loop.

A blocking door (`accredit.sync`) notes in a context variable how its caller is reached. Whoever keeps rows in the
host's own database, say, need not know who that is.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

Runner = Callable[[Callable[[], Any]], Awaitable[Any]]
"""Runs a plain function, somewhere where it may block, and returns what it returns."""

_runner: ContextVar[Runner | None] = ContextVar("accredit_caller", default=None)


async def run_in_caller(function: Callable[[], T]) -> T:
    """Run a plain function in the thread of whoever waits for this login, and return what it returns.

    Behind a blocking door of `accredit.sync` that is the very thread that called it, with its context variables, its
    open transaction and its thread-local connections. Who came by an `a…` method of such a door is reached through its
    `runner`. An exchange that was called without such a door has no caller to wait: a worker thread runs it.

    A function that has not begun when its login ends, by the deadline say, never begins. One that has begun ends.
    """
    runner = _runner.get()
    if runner is None:
        return await asyncio.to_thread(function)
    result: T = await runner(function)
    return result


def called_by(runner: Runner) -> Context:
    """Return the context of this moment, in which `run_in_caller` asks `runner`."""
    context = copy_context()
    context.run(_runner.set, runner)
    return context
