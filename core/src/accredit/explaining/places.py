"""Places in a JSON value: all there are, what stands there, and the value with another thing there, or nothing."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

LONGEST_PATH = 200
"""Characters of a place that is written down; what is longer is cut."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")

Place: TypeAlias = tuple[str | int, ...]
"""The names and positions that lead there."""


def leaves(value: Any) -> list[Place]:
    """Return the places of what has nothing inside, in order."""
    return [place for place, is_branch in _walk(value) if not is_branch]


def branches(value: Any) -> list[Place]:
    """Return the places of what has something inside, in order, but for the whole."""
    return [place for place, is_branch in _walk(value) if is_branch]


def at(value: Any, place: Place) -> Any:
    """Return what stands there."""
    for step in place:
        value = value[step]
    return value


def with_other(value: Any, place: Place, other: Any) -> Any:
    """Return the value with something else there; it shares with the old one whatever is not on the way."""
    if not place:
        return other
    changed = value.copy()
    changed[place[0]] = with_other(value[place[0]], place[1:], other)
    return changed


def without(value: Any, place: Place) -> Any:
    """Return the value with nothing there: what comes after it in a list moves up. It shares as `with_other` does."""
    inside = at(value, place[:-1]).copy()
    del inside[place[-1]]
    return with_other(value, place[:-1], inside)


def copy_of(value: Any) -> Any:
    """Return a copy, down to the last."""
    if type(value) is dict:
        return {name: copy_of(one) for name, one in value.items()}
    return [copy_of(one) for one in value] if type(value) is list else value


def written(place: Place) -> str:
    """Write a place down, such as `addresses[0].email`; a name that is no plain word stands in quotation marks."""
    path = ""
    for step in place:
        if isinstance(step, str) and _PLAIN.fullmatch(step):
            path += f".{step}" if path else step
        else:
            path += f"[{json.dumps(step)}]"
    return path if len(path) <= LONGEST_PATH else f"{path[: LONGEST_PATH - 1]}…"


def _walk(value: Any, place: Place = ()) -> Iterator[tuple[Place, bool]]:
    inner = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    for step, one in inner:
        yield (*place, step), type(one) in (dict, list) and bool(one)
        yield from _walk(one, (*place, step))
