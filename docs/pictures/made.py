"""What the pictures' texts make: two pictures, the text that stands for them on pages, and the list of the house."""

import re
from collections.abc import Mapping
from pathlib import Path

from docs.pictures import house, way

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "docs/static"
BEGIN, END = "<!-- house -->\n", "<!-- end of house -->"
"""Between which a page lists the rooms."""
SHOWN = re.compile(r"!\[[^\]]*\]\((?P<target>[\w./]*static/(?P<picture>way|house)\.svg)\)")
"""A picture on a page."""


def made() -> dict[Path, str]:
    """Return the pictures, and each page that shows one, by their paths."""
    text, floors = way.read(), house.floors()
    told = {"way": way.told(text), "house": house.told(floors)}
    pages = {path: path.read_text("utf-8") for path in _pages()}
    return {
        STATIC / "way.svg": way.drawn(text),
        STATIC / "house.svg": house.drawn(floors),
    } | {path: filled(page, told, house.listed(floors)) for path, page in pages.items() if SHOWN.search(page)}


def filled(page: str, told: Mapping[str, str], rooms: str) -> str:
    """Return a page with what is told in the place of each picture's alternative text, and with the list of rooms."""
    page = SHOWN.sub(lambda hit: f"![{told[hit['picture']]}]({hit['target']})", page)
    before, begin, rest = page.partition(BEGIN)
    return f"{before}{begin}\n{rooms}\n\n{END}{rest.partition(END)[2]}" if begin else page


def write() -> None:
    """Write all of them."""
    for path, text in made().items():
        path.write_text(text, "utf-8")


def _pages() -> list[Path]:
    return [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted(ROOT.glob("docs/[!_]*/**/*.md")),
        ROOT / "docs/index.md",
    ]
