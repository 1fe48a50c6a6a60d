"""The plots: well-formed, readable in light and in dark, and nothing drawn outside."""

import re
from xml.etree import ElementTree as ET

import pytest
from docs.pictures.theme import DARK, LIGHT
from tests.benchmarks.plots.bars import Group, bars
from tests.benchmarks.plots.lines import Line, lines

SVG = "{http://www.w3.org/2000/svg}"
GROUPS = [Group("floor", "floor-0", [70.0, 90.0]), Group("A & <B>", "ours-0", [50.0, 60.0])]
LINES = [Line("floor", "floor-0", [(1, 900.0), (64, 1500.0)]), Line("A & <B>", "ours-0", [(1, 7.0), (64, 12.0)])]
TEXTS = {
    "bars": bars(GROUPS, title="Rates", unit="exchanges/s", labels=["idle", "busy"]),
    "lines": lines(LINES, title="Rates", unit="exchanges/s"),
}


def drawn(kind: str) -> ET.Element:
    """Return a picture, parsed."""
    return ET.fromstring(TEXTS[kind])  # noqa: S314 - our own text


@pytest.mark.parametrize("kind", TEXTS)
def test_plots_are_well_formed_and_say_their_figures_in_words(kind: str) -> None:
    picture = drawn(kind)
    assert picture.tag == f"{SVG}svg"
    assert picture.findtext(f"{SVG}title") == "Rates"
    assert "A & <B>" in (picture.findtext(f"{SVG}desc") or "")
    assert "A & <B>" in [text.text for text in picture.iter(f"{SVG}text")]


@pytest.mark.parametrize("kind", TEXTS)
def test_plots_have_every_colour_for_light_and_for_dark_pages(kind: str) -> None:
    style = drawn(kind).findtext(f"{SVG}style") or ""
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for name in set(re.findall(r"var\(--([\w-]+)\)", TEXTS[kind])):
        assert f"--{name}: {LIGHT[name]};" in light
        assert f"--{name}: {DARK[name]};" in dark
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_lines_stand_out_from_the_page(theme: dict[str, str]) -> None:
    page = luminance(theme["page"])
    for name in theme.keys() - {"page", "grid"}:
        lighter, darker = sorted((page, luminance(theme[name])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, name


def luminance(colour: str) -> float:
    """Return the relative luminance. Source: WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("kind", TEXTS)
def test_nothing_is_drawn_outside_the_picture(kind: str) -> None:
    picture = drawn(kind)
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for element in picture.iter():
        right = float(element.get("x", 0)) + float(element.get("width", 0)) if element.tag == f"{SVG}rect" else 0.0
        assert right <= width
        assert 0 <= float(element.get("y", 0)) <= height
        assert 0 <= float(element.get("cy", 0)) <= height


def test_a_longer_bar_is_a_larger_figure() -> None:
    lengths = [float(bar.attrib["width"]) for bar in drawn("bars").iter(f"{SVG}rect")][1:]  # the first is the page
    assert sorted(lengths, reverse=True) == [lengths[1], lengths[0], lengths[3], lengths[2]]
