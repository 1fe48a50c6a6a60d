"""Calls to plugins: whatever one raises is its failure, and never more than that.

Also `SystemExit` and `KeyboardInterrupt`, which would end the server, and `GeneratorExit` and `CancelledError`, which
would pass for a caller who has left. While an exchange is made, `blamed` stops start-up; afterwards `guarded` ends one
call.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from accredit.errors import PluginError, PluginFailed
from accredit.text import text

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
        message = " ".join(str(exc).split())
    except Exception:  # it cannot even be made
        return ""
    # Without control characters: it is told in terminals and logs.
    return (text(message, longest=_LONGEST_MESSAGE) or "") + ("…" if len(message) > _LONGEST_MESSAGE else "")


class guarded:  # noqa: N801 - reads as a context manager; a class costs a third of a generator, at each plugin's call
    """Turn what is raised in the block into `PluginFailed`, but for `allowed` and for the end of the call itself.

    `place` says whose block it is. The failure is not chained: a plugin's own message may quote a secret.
    """

    __slots__ = ("_allowed", "_cancelled_before", "_place", "_task")

    def __init__(self, place: str, *, allowed: type[Exception] | tuple[type[Exception], ...] = ()) -> None:
        self._place = place
        self._allowed = allowed

    def __enter__(self) -> None:
        try:
            self._task = task = asyncio.current_task()
        except RuntimeError:  # there is no loop here, as in a thread of a signer's
            self._task = task = None
        self._cancelled_before = 0 if task is None else task.cancelling()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        task = self._task
        if error is None:
            if task is not None and task.cancelling() > self._cancelled_before:
                # The plugin has swallowed its cancellation: whoever ended the call meant it.
                raise _note(asyncio.CancelledError(), self._place)
        elif isinstance(error, self._allowed):
            return
        elif _ends_the_call(error, task):
            if isinstance(error, asyncio.CancelledError):
                _note(error, self._place)
        else:
            raise PluginFailed(f"{self._place}: {place_of(error)}") from None


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
    return isinstance(exc, GeneratorExit) and task is not None and asyncio.current_task(task.get_loop()) is not task


def place_of(exc: BaseException) -> str:
    """Return an exception's type and innermost place, without its message, which may quote a secret."""
    traceback = exc.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return type(exc).__name__
    code = traceback.tb_frame.f_code
    return f"{type(exc).__name__} in {code.co_qualname} ({code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno})"
