"""Calls to plugins: whatever one raises is its failure, and never more than that.

Also `SystemExit` and `KeyboardInterrupt`, which would end the server, and `GeneratorExit` and `CancelledError`, which
would pass for a caller who has left. While an exchange is made, `blamed` stops start-up; afterwards `guarded` ends one
call.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from accredit.errors import PluginError, PluginFailed

_PLACE = "_accredit_place"
_LONGEST_MESSAGE = 300


@contextmanager
def blamed(
    what: str, *, allowed: type[Exception] | tuple[type[Exception], ...] = (), quotes: bool = False
) -> Iterator[None]:
    """Turn what is raised in the block into a `PluginError` that begins with `what`, but for `allowed`.

    `KeyboardInterrupt` is the operator's here, and passes. With `quotes` the plugin's own message is told too, in one
    line: not where it may hold a value of a setting.
    """
    try:
        yield
    except allowed:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as exc:
        message = _message(exc) if quotes else ""
        raise PluginError(f"{what}: {place_of(exc)}{message and f': {message}'}") from (exc if quotes else None)


def _message(exc: BaseException) -> str:
    try:
        text = " ".join(str(exc).split())
    except Exception:  # it cannot even be made
        return ""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"


@contextmanager
def guarded(place: str, *, allowed: type[Exception] | tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn what is raised in the block into `PluginFailed`, but for `allowed` and for the end of the call itself.

    `place` says whose block it is. The failure is not chained: a plugin's own message may quote a secret.
    """
    task = _running_task()
    cancelled_before = 0 if task is None else task.cancelling()
    try:
        yield
    except allowed:
        raise
    except BaseException as exc:
        if _ends_the_call(exc, task):
            if isinstance(exc, asyncio.CancelledError):
                _note(exc, place)
            raise
        raise PluginFailed(f"{place}: {place_of(exc)}") from None
    if task is not None and task.cancelling() > cancelled_before:
        # The plugin has swallowed its cancellation: whoever ended the call meant it.
        raise _note(asyncio.CancelledError(), place)


def interrupted_place(error: BaseException | None) -> str | None:
    """Return the place of the plugin whose call was cancelled; None where it was nobody's."""
    place: object = getattr(error, _PLACE, None)
    return place if isinstance(place, str) else None


def _note(error: asyncio.CancelledError, place: str) -> asyncio.CancelledError:
    if interrupted_place(error) is None:  # the innermost is the one that was waited for
        setattr(error, _PLACE, place)
    return error


def _ends_the_call(exc: BaseException, task: asyncio.Task[Any] | None) -> bool:
    """Tell whether somebody ends the call of `task` from outside, rather than the plugin itself."""
    if isinstance(exc, asyncio.CancelledError):
        return task is not None and task.cancelling() > 0
    # Who closes a coroutine that waits does so from somewhere else.
    return isinstance(exc, GeneratorExit) and task is not None and _running_task() is not task


def _running_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # there is no loop here, as in a thread of a signer's
        return None


def place_of(exc: BaseException) -> str:
    """Return an exception's type and innermost place, without its message, which may quote a secret."""
    traceback = exc.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return type(exc).__name__
    code = traceback.tb_frame.f_code
    return f"{type(exc).__name__} in {code.co_qualname} ({code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno})"
