"""Notice what a strategy's own code asks of the machine: clock, waits, environment, callers, interpreter.

Whatever is asked there is no part of the token, the settings or the provider's word, so no login may hang on it.
"""

import asyncio
import os
import sys
import types
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

_CLOCKS = ("time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today")
_WAITS = ("time.sleep",)
_CODE = ("builtins.eval", "builtins.exec", "builtins.compile", "_pickle.loads", "_pickle.load", "marshal.loads")
_CALLERS = ("sys._getframe", "sys._current_frames", "gc.get_objects", "gc.get_referrers")
_NOT_ASKED = frozenset({*_CLOCKS, *_WAITS, *_CODE, *_CALLERS})
_WRITTEN_IN_PYTHON = {
    **{getattr(type(os.environ), name).__code__: "os.environ" for name in ("__getitem__", "__iter__", "__len__")},
    asyncio.sleep.__code__: "asyncio.sleep",
    asyncio.BaseEventLoop.call_later.__code__: "call_later",
    asyncio.BaseEventLoop.call_at.__code__: "call_at",
}
_BETWEEN = frozenset({"os", "_collections_abc", "collections.abc"})
"""Modules through which an environment variable is read."""


@contextmanager
def asked_of_the_machine(modules: Collection[str]) -> Iterator[set[str]]:
    """Collect what code of these modules asks for in the block, by name; calls of other code are theirs.

    Only the thread of the block is looked at. Source: Python documentation, `sys.setprofile`.
    """
    asked: set[str] = set()

    def profile(frame: types.FrameType, event: str, argument: Any) -> None:
        if event == "c_call" and frame.f_globals.get("__name__") in modules and (name := _name(argument)) in _NOT_ASKED:
            asked.add(name)
        elif event == "call" and (known := _WRITTEN_IN_PYTHON.get(frame.f_code)) and _asker(frame) in modules:
            asked.add(known)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield asked
    finally:
        sys.setprofile(before)


def _name(function: Any) -> str:
    owner = getattr(function, "__self__", None)
    if isinstance(owner, type):
        return str(function.__qualname__)
    return f"{getattr(function, '__module__', None)}.{getattr(function, '__name__', None)}"


def _asker(frame: types.FrameType) -> str | None:
    caller = frame.f_back
    while caller is not None and caller.f_globals.get("__name__") in _BETWEEN:
        caller = caller.f_back
    return None if caller is None else caller.f_globals.get("__name__")
