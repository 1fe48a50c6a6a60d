"""Horizontal bars: one group for each name, one bar for each figure of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from docs.pictures.svg import Picture

_WIDTH, _LEFT, _RIGHT, _TOP = 760.0, 232.0, 74.0, 56.0
_BAR, _GAP = 16.0, 12.0


@dataclass(frozen=True, slots=True)
class Group:
    """A name with its figures, in a colour of the theme."""

    name: str
    colour: str
    values: Sequence[float]


def bars(groups: Sequence[Group], *, title: str, unit: str, labels: Sequence[str] = (), digits: int = 0) -> str:
    """Return the picture; `labels` say what the bars of a group are, from the first, the palest, to the last."""
    heights = [len(group.values) * _BAR + _GAP for group in groups]
    description = "; ".join(
        f"{group.name}: {', '.join(f'{value:,.{digits}f}' for value in group.values)}" for group in groups
    )
    picture = Picture(_WIDTH, _TOP + sum(heights) + 8, title=title, description=f"{unit}. {description}")
    picture.words(16, 22, title, colour="text", bold=True)
    picture.words(16, 41, "; ".join([unit, *(["from above: " + ", ".join(labels)] if labels else [])]), colour="faint")
    most = max((value for group in groups for value in group.values), default=1.0) or 1.0
    y = _TOP
    for group, height in zip(groups, heights, strict=True):
        middle = y + (height - _GAP) / 2 + 4.5
        bold = group.colour.startswith("ours")
        picture.words(_LEFT - 10, middle, group.name, colour="text", anchor="end", bold=bold)
        for place, value in enumerate(group.values):
            length = max(1.0, value / most * (_WIDTH - _LEFT - _RIGHT))
            opacity = 1.0 if len(group.values) == 1 else 0.45 + 0.55 * place / (len(group.values) - 1)
            top = y + place * _BAR
            picture.bar(_LEFT, top + 1, length, _BAR - 2, colour=group.colour, opacity=opacity)
            picture.words(_LEFT + length + 6, top + 12.5, f"{value:,.{digits}f}", colour="faint")
        y += height
    return str(picture)
