"""What code remembers: the attributes of an object, of its class, of the modules around it, as values to compare."""

import sys
import types
from collections import deque
from collections.abc import Iterator, Mapping, Sized
from contextvars import ContextVar
from typing import Any

_DEEPEST = 6
_LEFT_OUT = frozenset({"_abc_impl"})
"""What Python itself keeps in a class. Names with two underscores on both sides are left out, too."""

_PLAIN_TO_SEE = frozenset({"itertools", "array"})
"""Modules whose objects say in their representation what they hold."""


def snapshot(thing: object, stop: type) -> Mapping[str, Any]:
    """Return everything that `thing` could remember something in, by name.

    That is its own attributes, those of its classes down to `stop`, and the globals of the modules that they and their
    package are made of.
    """
    found: dict[str, Any] = {}
    classes = _classes(type(thing), stop)
    for name, value in vars(thing).items():
        found[f"self.{name}"] = _frozen(value)
    for one in classes:
        for name, value in _contents(vars(one)):
            found[f"{one.__name__}.{name}"] = _frozen(value)
    for module in modules_of(type(thing), stop):
        for name, value in _contents(vars(module)):
            found[f"{module.__name__}.{name}"] = _frozen(value)
    return found


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name what has changed."""
    return sorted(name for name in {*before, *after} if before.get(name, ...) != after.get(name, ...))


def _contents(namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the names that code has given itself, without what it has imported from elsewhere."""
    home = str(namespace.get("__name__") or namespace.get("__module__") or "").partition(".")[0]
    for name, value in dict(namespace).items():
        if name.startswith("__") or name in _LEFT_OUT:
            continue
        # The standard library has caches of its own, such as that of `urlsplit`.
        if callable(value) and str(getattr(value, "__module__", home)).partition(".")[0] != home:
            continue
        yield name, value


def _classes(cls: type, stop: type) -> tuple[type, ...]:
    return cls.__mro__[: cls.__mro__.index(stop)]


def modules_of(cls: type, stop: type) -> Iterator[types.ModuleType]:
    """Yield the modules of a class down to `stop`, and of the packages they stand in, without the simulator's."""
    names = {one.__module__ for one in _classes(cls, stop)}
    packages = {name.partition(".")[0] for name in names if "tests" not in name.split(".")}
    for name, module in list(sys.modules.items()):
        mine = name in names or (name.partition(".")[0] in packages and "simulator" not in name.split("."))
        if mine and isinstance(module, types.ModuleType):
            yield module


def _frozen(value: Any, depth: int = 0) -> Any:
    """Return a value that is equal as long as nothing has been added to, taken from or changed in `value`."""
    if depth > _DEEPEST or value is None or isinstance(value, str | bytes | bytearray | int | float | complex | type):
        value = bytes(value) if isinstance(value, bytearray) else value
        return value if not isinstance(value, type) else id(value)
    if isinstance(value, types.ModuleType):
        return id(value)
    if isinstance(value, Mapping):
        return "mapping", tuple((repr(key), _frozen(one, depth + 1)) for key, one in list(value.items()))
    if isinstance(value, list | tuple | deque):
        return "sequence", tuple(_frozen(one, depth + 1) for one in list(value))
    if isinstance(value, set | frozenset):
        return "set", tuple(sorted(map(repr, value)))
    if hasattr(value, "cache_info"):
        return "cache", value.cache_info().currsize, value.cache_info().misses  # a full cache forgets as it learns
    if isinstance(value, classmethod | staticmethod):
        return _frozen(value.__func__, depth + 1)
    if isinstance(value, types.FunctionType):
        return "function", id(value), _inside(value, depth)
    if isinstance(value, ContextVar):
        return "variable", _frozen(value.get(None), depth + 1)
    if type(value).__module__ in _PLAIN_TO_SEE:
        return type(value).__name__, repr(value)
    slots = {name: getattr(value, name, None) for name in _slots(type(value))}
    own = getattr(value, "__dict__", None) or slots
    size = len(value) if isinstance(value, Sized) and not hasattr(value, "get_secret_value") else None
    return type(value).__name__, id(value), size, None if own is None else _frozen(dict(own), depth + 1)


def _slots(cls: type) -> list[str]:
    found = (vars(one).get("__slots__", ()) for one in cls.__mro__)
    return [name for names in found for name in ((names,) if isinstance(names, str) else names)]


def _inside(function: types.FunctionType, depth: int) -> Any:
    """Return what a function carries about: defaults, attributes, and what it has closed over."""
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    carried = (function.__defaults__, function.__kwdefaults__, vars(function), cells)
    return tuple(_frozen(one, depth + 2) for one in carried)


def _is_filled(cell: types.CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True
