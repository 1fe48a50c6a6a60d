"""Slips in a simulator: told as what they are, and once, not as a failure of the strategy in every check.

One that shows before anything was asked, such as a settings table that does not start, is found by `unready`; one in a
route by `Attended`, on the way to the strategy.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

from starlette.types import ASGIApp, Receive, Scope, Send

from accredit._guard import place_of
from accredit.testing.simulator.faults import FaultNeedsServer

SLIP = "the simulator failed: "
"""How the message of a check begins that could not be made because of a slip."""

NO_START = "the strategy does not start: "
"""How it begins where it is the strategy that cannot even be loaded."""

_slips: ContextVar[list[str] | None] = ContextVar("slips", default=None)
_NOT_THE_AUTHORS = {"accredit", "starlette", "uvicorn", "anyio", *sys.stdlib_module_names}


def is_slip(message: str) -> bool:
    """Tell whether this is the message of a check that could not be made."""
    return message.startswith((SLIP, NO_START))


@contextmanager
def attending() -> Iterator[list[str]]:
    """Collect the slips of every simulator that is set up in the block, also of those that are served in a thread."""
    slips: list[str] = []
    token = _slips.set(slips)
    try:
        yield slips
    finally:
        _slips.reset(token)


class Attended:
    """A simulator's app, of which every exception is noted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._slips = _slips.get()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        try:
            await self._app(scope, receive, send)
        except FaultNeedsServer:
            raise
        except Exception as exc:
            place = authors_place(exc)
            if place and self._slips is not None:
                self._slips.append(f"{place}, asked for {scope.get('method')} {scope.get('path')}")
            raise


def authors_place(exc: BaseException) -> str:
    """Return type and innermost place of an exception in the author's own code; empty where it passed through none."""
    found: TracebackType | None = None
    traceback = exc.__traceback__
    while traceback is not None:
        module = str(traceback.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] not in _NOT_THE_AUTHORS:
            found = traceback
        traceback = traceback.tb_next
    if found is None:
        return ""
    code = found.tb_frame.f_code
    return f"{type(exc).__name__} in {code.co_qualname} ({code.co_filename.rpartition('/')[2]}:{found.tb_lineno})"


def place_for_author(exc: BaseException) -> str:
    """Return type and place of an exception: the author's, if it passed through his code."""
    return authors_place(exc) or place_of(exc)
