"""Lines, both axes logarithmic: a factor is a distance everywhere."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docs.pictures.svg import Picture

_WIDTH, _HEIGHT = 760.0, 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 232.0, 56.0, 46.0


@dataclass(frozen=True, slots=True)
class Line:
    """A name with its points, whose figures are above zero, in a colour of the theme."""

    name: str
    colour: str
    points: Sequence[tuple[int, float]]


def lines(
    drawn: Sequence[Line],
    *,
    title: str,
    unit: str,
    along: str = "requests in flight",
    shown: Callable[[int], str] = str,
) -> str:
    """Return the picture; `along` says what goes to the right, and `shown` writes it at the axis."""
    drawn = [line for line in drawn if line.points]
    columns = sorted({x for line in drawn for x, _ in line.points})
    values = [value for line in drawn for _, value in line.points]
    low = 10.0 ** math.floor(math.log10(min(values, default=1.0)))
    high = 10.0 ** math.ceil(math.log10(max(values, default=10.0) * 1.001))
    description = "; ".join(f"{line.name}: {', '.join(f'{y:,.0f} at {x}' for x, y in line.points)}" for line in drawn)
    picture = Picture(_WIDTH, _HEIGHT, title=title, description=f"{unit} by {along}. {description}")
    picture.words(16, 22, title, colour="text", bold=True)
    picture.words(16, 41, f"{unit}, by {along}; both axes logarithmic", colour="faint")

    def across(x: float) -> float:
        first, last = math.log(columns[0]), math.log(columns[-1])
        return _LEFT + (math.log(x) - first) / ((last - first) or 1.0) * (_WIDTH - _LEFT - _RIGHT)

    def down(value: float) -> float:
        share = (math.log10(value) - math.log10(low)) / (math.log10(high) - math.log10(low))
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        y = down(10.0**power)
        picture.line(_LEFT, y, _WIDTH - _RIGHT, y, colour="grid")
        picture.words(_LEFT - 8, y + 4, f"{10.0**power:,g}", colour="faint", anchor="end")
    for x in columns:
        picture.words(across(x), _HEIGHT - _BOTTOM + 20, shown(x), colour="faint", anchor="middle")
    for line in drawn:
        is_ours, is_floor = line.colour.startswith("ours"), line.colour.startswith("floor")
        points = [(across(x), down(value)) for x, value in line.points]
        picture.path(points, colour=line.colour, width=3.0 if is_ours else 2.0, is_dashed=is_floor)
        for point in points:
            picture.dot(*point, colour=line.colour)
    for line, height in _names_apart(drawn, down):
        bold = line.colour.startswith("ours")
        picture.words(_WIDTH - _RIGHT + 12, height + 4, line.name, colour=line.colour, bold=bold)
    return str(picture)


def _names_apart(drawn: Sequence[Line], down: Callable[[float], float]) -> list[tuple[Line, float]]:
    """Put each name beside the end of its line, as near as the others leave room."""
    wanted = sorted(((down(line.points[-1][1]), line) for line in drawn), key=lambda pair: pair[0])
    placed: list[tuple[Line, float]] = []
    y = 0.0
    for height, line in wanted:
        y = max(height, y + 17.0)
        placed.append((line, y))
    surplus = y - (_HEIGHT - 12.0)
    return [(line, height - max(0.0, surplus)) for line, height in placed]
