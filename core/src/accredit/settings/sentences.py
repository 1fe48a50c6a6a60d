"""What is wrong with settings, in a sentence each: the place, never the value."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

Place = tuple[int | str, ...]
_NAME = "NAME"
"""Stands for a name that operators choose."""


def sentences(error: ValidationError, model: type[BaseModel]) -> str:
    """Return what a validation of `model` has found, joined by semicolons."""
    return "; ".join(f"setting {_shown(one['loc'])}: {_told(one, model)}" for one in error.errors())


def nearest(place: Sequence[int | str], known: Iterable[Sequence[str]]) -> list[str] | None:
    """Return the one of the known places that is most like an unknown one, None where none is alike."""
    texts = [".".join(path) for path in known]
    near = difflib.get_close_matches(".".join(map(str, place)), texts, n=1, cutoff=0.7)
    return near[0].split(".") if near else None


def paths(model: type[BaseModel], place: Sequence[int | str]) -> Iterator[tuple[str, ...]]:
    """Yield the place of every setting; a name that operators choose is taken from `place`, if that is deep enough."""
    named = [str(place[1])] if len(place) > 2 else [_NAME]
    for name, field in model.model_fields.items():
        yield (name,)
        chosen = named if get_origin(field.annotation) is dict else []
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from ((name, *chosen, *path) for path in paths(kind, ()))


def _told(one: Any, model: type[BaseModel]) -> str:
    if one["type"] == "extra_forbidden":
        near = nearest(one["loc"], paths(model, one["loc"]))
        return "there is no such setting" + (f"; did you mean {'.'.join(near)}?" if near else "")
    if one["type"] == "value_error":
        return str(one["ctx"]["error"])  # without the "Value error, " that pydantic puts before it
    if one["type"] == "string_type" and type(one["input"]) in (int, float):
        return "must be text: put it in quotes"
    return str(one["msg"])


def _shown(place: Place) -> str:
    """Write a place. A name that operators choose may hold anything, and a line of a log must stay one line."""
    parts = [str(part) for part in place if part != "[key]"]
    return ".".join(part if part.isprintable() and part == part.strip() else repr(part) for part in parts)
