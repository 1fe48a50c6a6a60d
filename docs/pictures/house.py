"""The house: the rooms and files of the package, floor by floor, each of which imports only from those below it.

What stands on which floor, and what is closed to plugins, is what import-linter reads in `pyproject.toml`; what each is
for, the docstring of the package says.
"""

import ast
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs.markdown import cell, code, table
from docs.pictures.svg import Picture

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "core/src/accredit"
TITLE = "The house: imports go down"
_WIDTH, _EDGE = 372.0, 12.0
_FIRST, _LAST = _EDGE + 34, _WIDTH - _EDGE - 10
"""Between which the names on a floor stand."""


@dataclass(frozen=True, slots=True)
class Place:
    """A room, whose name ends with a stroke, or a file: what it is for, and whether plugins may import it."""

    name: str
    about: str
    is_open: bool


def floors() -> list[list[Place]]:
    """Return the floors from the top, without the files whose names begin with an underscore.

    Raises:
        ValueError: the map in the package's docstring has no words for one of them.
    """
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = _contract(linter, "Imports go one way")["layers"]
    closed = _contract(linter, "Plugins import only what is public")["forbidden_modules"]
    words = map_of(ast.get_docstring(ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))) or "")
    named = [[name for name in layer.split(" | ") if not name.startswith("_")] for layer in layers]
    return [[_place(name, words, closed) for name in names] for names in named if names]


def _contract(linter: Any, name: str) -> Any:
    return next(one for one in linter["contracts"] if one["name"] == name)


def _place(name: str, words: dict[str, str], closed: Sequence[str]) -> Place:
    shown = f"{name}/" if (PACKAGE / name).is_dir() else name
    if shown not in words:
        raise ValueError(f"the docstring of the package does not say what `{shown}` is for")
    return Place(shown, words[shown], is_open=f"accredit.{name}" not in closed)


def map_of(docstring: str) -> dict[str, str]:
    """Return what the map in the package's docstring says of each name: the words after its colon."""
    items = re.findall(r"^\* (.+(?:\n  .+)*)", docstring, re.MULTILINE)
    one_line = [" ".join(item.split()) for item in items]
    begins = r"(?:^|(?<=\. ))((?:`\w+/?`(?:, | and )?)+): "
    found: dict[str, str] = {}
    for item in one_line:
        _, *parts = re.split(begins, item)
        for names, about in zip(parts[::2], parts[1::2], strict=True):
            found |= dict.fromkeys(re.findall(r"`(\w+/?)`", names), about.strip().rstrip("."))
    return found


def told(house: Sequence[Sequence[Place]]) -> str:
    """Return the house in sentences, for those who do not see the picture."""
    names = "; ".join(", ".join(place.name for place in floor) for floor in house)
    doors = ", ".join(place.name for floor in house for place in floor if place.is_open)
    return (
        "The rooms and public files of the package accredit, on floors. Each imports only from floors below its own. "
        f"From the top: {names}. A plugin may import {doors}, and nothing imports a plugin."
    )


def listed(house: Sequence[Sequence[Place]]) -> str:
    """Return the floors as a table of Markdown, with what each room and file is for."""
    rows = [(code(place.name), cell(place.about), "yes" if place.is_open else "") for floor in house for place in floor]
    return table(("from the top", "what it is for", "open to plugins"), rows)


def drawn(house: Sequence[Sequence[Place]]) -> str:
    """Return the picture."""
    picture = Picture(_WIDTH, 64, title=TITLE, description=told(house))
    picture.path([(_EDGE, 64), (_WIDTH / 2, 10), (_WIDTH - _EDGE, 64)], colour="ours-0", width=1.5)
    picture.words(_WIDTH / 2, 48, "accredit", colour="ours-0", anchor="middle", bold=True)
    for floor in house:
        _floor(picture, floor)
    picture.line(_EDGE, picture.height, _WIDTH - _EDGE, picture.height, colour="ours-0")
    for x in (_EDGE, _WIDTH - _EDGE):
        picture.line(x, 64, x, picture.height, colour="ours-0")
    picture.arrow(_EDGE + 16, 76, _EDGE + 16, picture.height - 10, colour="faint")
    for is_open, meaning in ((True, "a plugin may import it"), (False, "it is for the house alone")):
        _name(picture, _EDGE, picture.height + 10, Place("name", "", is_open))
        picture.words(_EDGE + 58, picture.height + 27, meaning, colour="text")
        picture.height += 32
    picture.words(_EDGE, picture.height + 26, "name/ is a room: a folder. Imports go down.", colour="faint")
    picture.height += 40
    return str(picture)


def _floor(picture: Picture, floor: Sequence[Place]) -> None:
    y = picture.height
    picture.line(_EDGE, y, _WIDTH - _EDGE, y, colour="grid")
    x, y = _FIRST, y + 4
    for place in floor:
        if x + _width(place) > _LAST:
            x, y = _FIRST, y + 29
        _name(picture, x, y, place)
        x += _width(place) + 6
    if len(floor) == 1 and len(about := re.split("[;,]", floor[0].about)[0]) * 7 < _LAST - x:
        picture.words(x + 4, y + 17, about, colour="faint")
    picture.height = y + 29


def _name(picture: Picture, x: float, y: float, place: Place) -> None:
    colour, opacity = ("peer-1", 0.16) if place.is_open else ("faint", 0.0)
    picture.box(x, y, _width(place), 25, colour=colour, opacity=opacity)
    picture.words(x + _width(place) / 2, y + 17, place.name, colour="text", anchor="middle")


def _width(place: Place) -> float:
    return 7.4 * len(place.name) + 16
