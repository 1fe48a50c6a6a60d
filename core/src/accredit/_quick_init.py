"""Frozen values that are made quickly.

What `dataclass(frozen=True)` writes sets each field by a call of `object.__setattr__`: for the hundred fields of a
login that takes longer than its rows do. Here an instance stands open while it is made, as one of a class with the
same slots that is not frozen, where setting a field is next to nothing. Nobody else has it before it is closed.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar

_Value = TypeVar("_Value")
_OPEN = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
"""What is not taken over from a class that is frozen. Both: they share one slot of the type."""


def with_quick_init(cls: type[_Value]) -> type[_Value]:
    """Give a frozen dataclass with slots, and only such above it, an `__init__` that does the same in less time.

    Its fields have plain defaults, no `default_factory`. Worth it from three fields up.
    """
    slow: Any = cls.__init__
    kind: Any = type(cls)
    names = slow.__code__.co_varnames[1:]
    positional, named = names[: slow.__code__.co_argcount - 1], names[slow.__code__.co_argcount - 1 :]
    lines = [
        f"def __init__(self, {', '.join([*positional, *(['*'] if named else []), *named])}):",
        "    if type(self) is not cls:",  # derived from it: there may be more than these slots
        f"        return slow(self, {', '.join(f'{name}={name}' for name in names)})",
        "    to_class(self, opened)",
        *(f"    self.{name} = {name}" for name in names),
        "    self.__class__ = cls",
        *(["    self.__post_init__()"] if hasattr(cls, "__post_init__") else []),
    ]
    known: dict[str, Any] = {
        "__name__": cls.__module__,
        "cls": cls,
        "slow": slow,
        "opened": kind(cls.__name__, cls.__bases__, {**_OPEN, "__slots__": cls.__dict__["__slots__"]}),
        "to_class": object.__dict__["__class__"].__set__,
    }
    exec("\n".join(lines), known)  # noqa: S102 - as `dataclass` itself does: nothing but the names of fields goes in
    quick: Callable[..., None] = known["__init__"]
    quick.__defaults__, quick.__kwdefaults__ = slow.__defaults__, slow.__kwdefaults__
    cls.__init__ = update_wrapper(quick, slow)  # type: ignore[method-assign]  # the quick one takes its place
    return cls
