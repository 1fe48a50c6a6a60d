"""What both conformance kits ask of the class that runs them: that it leaves every check as it is."""

import inspect
from collections.abc import Iterator

_HIDING = frozenset({"__test__", "__new__", "__init__", "__getattribute__", "__getattr__", "__init_subclass__"})
"""By these a class could keep checks from being found, or from being run as they stand."""


def checks_of(kit: type) -> tuple[str, ...]:
    """Return the names of the kit's checks, in the order in which they stand in the kit."""
    names = (name for base in reversed(kit.__mro__) for name in vars(base) if name.startswith("test_"))
    return tuple(dict.fromkeys(names))


def overridden(cls: type, kit: type) -> Iterator[str]:
    """Yield the names of the kit that a subclass, or what it inherits from beside the kit, has another value for."""
    own = {name for base in cls.__mro__[: cls.__mro__.index(kit)] for name in vars(base)}
    for base in kit.__mro__[:-1]:
        for name in vars(base).keys() & own:
            if inspect.getattr_static(cls, name, None) is not inspect.getattr_static(kit, name):
                yield name


def hiding(cls: type, kit: type) -> Iterator[str]:
    """Yield what a subclass defines that could hide checks, as `Class defines __name__`."""
    for own in cls.__mro__[: cls.__mro__.index(kit)]:
        if taken := sorted(vars(own).keys() & _HIDING):
            yield f"{own.__name__} defines {', '.join(taken)}"
