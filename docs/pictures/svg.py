"""The little of SVG that the pictures need. Colours are names of the theme."""

import math
from xml.sax.saxutils import escape, quoteattr

from docs.pictures.theme import style


class Picture:
    """A picture of a width and a height, in pixels, that scales; its description is for those who listen.

    The height may change while it is drawn.
    """

    def __init__(self, width: float, height: float, *, title: str, description: str) -> None:
        self.height = height
        self._width = width
        self._title = title
        self._description = description
        self._elements: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str) -> None:
        """Draw a thin straight line."""
        self._add("line", x1=x1, y1=y1, x2=x2, y2=y2, style=f"stroke: var(--{colour})")

    def path(self, points: list[tuple[float, float]], *, colour: str, width: float, is_dashed: bool = False) -> None:
        """Draw lines from point to point."""
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = "; stroke-dasharray: 5 4" if is_dashed else ""
        self._add(
            "polyline", points=joined, style=f"fill: none; stroke: var(--{colour}); stroke-width: {width:g}{dashes}"
        )

    def dot(self, x: float, y: float, *, colour: str) -> None:
        """Draw a small circle."""
        self._add("circle", cx=x, cy=y, r=3, style=f"fill: var(--{colour})")

    def disc(self, x: float, y: float, text: str, *, colour: str) -> None:
        """Draw a full circle with a number in it."""
        self._add("circle", cx=x, cy=y, r=12, style=f"fill: var(--{colour})")
        self.words(x, y + 4.5, text, colour="page", anchor="middle", bold=True)

    def bar(self, x: float, y: float, width: float, height: float, *, colour: str, opacity: float = 1.0) -> None:
        """Draw a full rectangle."""
        look = f"fill: var(--{colour})" + (f"; fill-opacity: {opacity:.2f}" if opacity < 1 else "")
        self._add("rect", x=x, y=y, width=width, height=height, style=look)

    def box(self, x: float, y: float, width: float, height: float, *, colour: str, opacity: float = 0.0) -> None:
        """Draw a rectangle with round corners; `opacity` is that of the colour inside."""
        look = f"stroke: var(--{colour}); stroke-width: 1.5; fill: var(--{colour}); fill-opacity: {opacity:g}"
        self._add("rect", x=x, y=y, width=width, height=height, rx=7, style=look)

    def arrow(self, x1: float, y1: float, x2: float, y2: float, *, colour: str) -> None:
        """Draw a straight line that ends in a point, from the first place to the second."""
        length = math.hypot(x2 - x1, y2 - y1)
        along_x, along_y = (x2 - x1) / length * 8, (y2 - y1) / length * 8
        x, y = x2 - along_x, y2 - along_y
        self.path([(x1, y1), (x, y)], colour=colour, width=1.5)
        corners = [(x2, y2), (x - along_y / 2, y + along_x / 2), (x + along_y / 2, y - along_x / 2)]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        self._add("polygon", points=joined, style=f"fill: var(--{colour})")

    def words(self, x: float, y: float, text: str, *, colour: str, anchor: str = "start", bold: bool = False) -> None:
        """Write a line of text at its base line; `anchor` is `start`, `middle` or `end`."""
        look = f"fill: var(--{colour}); text-anchor: {anchor}" + ("; font-weight: 600" if bold else "")
        self._add("text", text, x=x, y=y, style=look)

    def typed(self, x: float, y: float, text: str, *, colour: str, width: float, bold: bool = False) -> None:
        """Write as a terminal does: each character as wide as any other, and all together `width`."""
        look = f"fill: var(--{colour}); font-family: ui-monospace, monospace" + ("; font-weight: 600" if bold else "")
        self._add("text", text, x=x, y=y, textLength=width, style=look)

    def __str__(self) -> str:
        width, height = self._width, self.height
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
                f'height="{height:g}" role="img" font-family="system-ui, sans-serif" font-size="13">',
                f"<title>{escape(self._title)}</title>",
                f"<desc>{escape(self._description)}</desc>",
                f"<style>{style()}</style>",
                f'<rect x="0" y="0" width="{width:.5g}" height="{height:.5g}" style="fill: var(--page)"/>',
                *self._elements,
                "</svg>\n",
            ]
        )

    def _add(self, name: str, content: str = "", /, **attributes: str | float) -> None:
        said = "".join(
            f" {key}={quoteattr(value if isinstance(value, str) else f'{value:.5g}')}"
            for key, value in attributes.items()
        )
        self._elements.append(f"<{name}{said}>{escape(content)}</{name}>" if content else f"<{name}{said}/>")
