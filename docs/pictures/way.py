"""The way of one login, from `way.toml`: drawn from top to bottom, so that a phone shows it, too."""

import textwrap
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from docs.pictures.svg import Picture

TEXT = Path(__file__).with_name("way.toml")
_WIDTH, _EDGE = 372.0, 12.0
_INSIDE = _WIDTH - 2 * _EDGE
_NUMBER, _WORDS = _EDGE + 24, _EDGE + 48
"""Where the numbers of the steps stand, and where what is said of a step begins."""
_ACCREDIT = _WIDTH - _EDGE - 26
"""Where Accredit ends at the right."""
_FAR = 268.0
"""Where the provider begins, which stands half outside."""


def told(text: Mapping[str, Any]) -> str:
    """Return the way in sentences, for those who do not see the picture."""
    begin, end = text["begin"], text["end"]
    steps = " ".join(f"{number}. {_told(step)}" for number, step in enumerate(text["steps"], 1))
    return (
        f"{begin['name']} {begin['says']}, and sends it to Accredit: {begin['sends']}. {steps} "
        f"Accredit answers: {end['sends']}. {end['name']} {end['says']}."
    )


def _told(step: Mapping[str, str]) -> str:
    if "asks" in step:
        return f"{step['name']}: {step['asks']} It answers: {step['answers']}"
    if "refuses" in step:
        return f"{step['name']} {step['refuses']} {step['because']} {step['passes']}"
    return f"{step['name']}: {step['says']}."


def drawn(text: Mapping[str, Any]) -> str:
    """Return the picture."""
    picture = Picture(_WIDTH, _EDGE, title=text["title"], description=told(text))
    begin, end = text["begin"], text["end"]
    _app(picture, begin)
    _arrow(picture, begin["sends"])
    _accredit(picture, text["steps"])
    _arrow(picture, end["sends"])
    _app(picture, end)
    picture.height += _EDGE
    return str(picture)


def read() -> dict[str, Any]:
    """Return the text of the way."""
    return tomllib.loads(TEXT.read_text("utf-8"))


def _app(picture: Picture, app: Mapping[str, str]) -> None:
    picture.box(_EDGE, picture.height, _INSIDE, 54, colour="faint", opacity=0.08)
    picture.words(_WIDTH / 2, picture.height + 23, app["name"], colour="text", anchor="middle", bold=True)
    picture.words(_WIDTH / 2, picture.height + 42, app["says"], colour="text", anchor="middle")
    picture.height += 54


def _arrow(picture: Picture, label: str) -> None:
    picture.arrow(_NUMBER, picture.height, _NUMBER, picture.height + 34, colour="faint")
    picture.words(_WORDS, picture.height + 21, label, colour="faint")
    picture.height += 34


def _accredit(picture: Picture, steps: Sequence[Mapping[str, str]]) -> None:
    top = picture.height
    picture.words(_EDGE + 14, top + 25, "Accredit", colour="ours-0", bold=True)
    picture.height += 40
    calls = []
    for number, step in enumerate(steps, 1):
        begun = picture.height
        _step(picture, number, step)
        if "asks" in step:
            calls.append((begun + 28, step))
        if number < len(steps):
            picture.arrow(_NUMBER, begun + 29, _NUMBER, picture.height, colour="ours-0")
    picture.box(_EDGE, top, _ACCREDIT - _EDGE, picture.height - top, colour="ours-0")
    for y, step in calls:
        _provider(picture, y, step)


def _step(picture: Picture, number: int, step: Mapping[str, str]) -> None:
    y = picture.height
    picture.disc(_NUMBER, y + 14, str(number), colour="ours-0")
    picture.words(_WORDS, y + 19, step["name"], colour="text", bold=True)
    picture.height += 28
    if "says" in step:
        picture.words(_WORDS, picture.height + 10, step["says"], colour="text")
        picture.height += 14
    if "asks" in step:
        picture.height += 68
    if "refuses" in step:
        _end(picture, step)
    picture.height += 16


def _provider(picture: Picture, y: float, step: Mapping[str, str]) -> None:
    """Draw the call: to the provider, which stands at the right, and back."""
    for place, (said, ends) in enumerate(((step["asks"], (_WORDS, _FAR)), (step["answers"], (_FAR, _WORDS)))):
        line = y + 24 + 30 * place
        picture.words(_WORDS, line - 6, said, colour="text")
        picture.arrow(ends[0], line, ends[1], line, colour="peer-0")
    picture.bar(_FAR, y, _WIDTH - _EDGE - _FAR, 64, colour="page")
    picture.box(_FAR, y, _WIDTH - _EDGE - _FAR, 64, colour="peer-0", opacity=0.1)
    picture.words((_FAR + _WIDTH - _EDGE) / 2, y + 37, "Provider", colour="text", anchor="middle", bold=True)


def _end(picture: Picture, step: Mapping[str, str]) -> None:
    """Draw where another app's token ends: a place without a way on."""
    lines = textwrap.wrap(step["because"], 36)
    height = 32 + 18 * len(lines)
    picture.box(_WORDS, picture.height, _ACCREDIT - 10 - _WORDS, height, colour="peer-5", opacity=0.1)
    picture.words(_WORDS + 10, picture.height + 20, step["refuses"], colour="peer-5", bold=True)
    for place, line in enumerate(lines, 1):
        picture.words(_WORDS + 10, picture.height + 20 + 18 * place, line, colour="text")
    picture.words(_WORDS, picture.height + height + 19, step["passes"], colour="ours-0", bold=True)
    picture.height += height + 18
