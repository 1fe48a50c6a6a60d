"""The pictures of the way and of the house say what the code says, to those who see them and to those who do not."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from docs.pictures import house, made, way
from docs.pictures.theme import DARK, LIGHT
from tests.documents.blocks import ROOT
from tests.documents.test_architecture import documented

from accredit.errors import WrongAudience
from accredit.oauth.endpoints import ENDPOINTS

SVG = "{http://www.w3.org/2000/svg}"
MADE = {path.relative_to(ROOT).as_posix(): text for path, text in made.made().items()}
WAY, HOUSE = way.read(), house.floors()
DRAWN = {"way": way.drawn(WAY), "house": house.drawn(HOUSE)}
TOLD = {"way": way.told(WAY), "house": house.told(HOUSE)}


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(DRAWN[picture])  # noqa: S314 - our own text


def words(svg: str) -> str:
    """Return what can be read in a picture."""
    return " ".join(text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text"))  # noqa: S314 - our own text


# -- what is kept, and where


@pytest.mark.parametrize("path", MADE)
def test_what_is_in_the_repository_is_what_the_texts_make(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == MADE[path], "run: python -m docs.generate"


@pytest.mark.parametrize(
    ("page", "picture"),
    [
        ("README.md", "way"),
        ("docs/index.md", "way"),
        ("docs/explanation/architecture.md", "house"),
        ("CONTRIBUTING.md", "house"),
    ],
)
def test_a_page_shows_the_picture_and_says_the_same_in_words(page: str, picture: str) -> None:
    shown = {hit["picture"]: hit[0] for hit in made.SHOWN.finditer(MADE[page])}
    assert shown[picture].startswith(f"![{TOLD[picture]}](")


def test_an_old_text_and_an_old_list_on_a_page_are_replaced() -> None:
    page = f"a ![old](../static/way.svg) b\n{made.BEGIN}| old |\n{made.END}\nc ![other](static/other.svg)\n"
    assert made.filled(page, {"way": "new"}, "| list |") == (
        f"a ![new](../static/way.svg) b\n{made.BEGIN}\n| list |\n\n{made.END}\nc ![other](static/other.svg)\n"
    )


# -- the way


def test_the_steps_of_the_way_are_steps_of_a_login_in_its_order() -> None:
    order = documented("A login")
    places = [order.index(step["step"]) for step in WAY["steps"]]
    assert places == sorted(set(places))
    assert "check_audience" in [step["step"] for step in WAY["steps"]]


def test_the_way_begins_at_an_endpoint_and_a_token_of_another_app_ends_with_its_status() -> None:
    method, path = WAY["begin"]["sends"].split()
    assert [endpoint.methods for endpoint in ENDPOINTS if endpoint.path == path] == [(method,)]
    [end] = [step for step in WAY["steps"] if "refuses" in step]
    assert end["step"] == "check_audience"
    assert str(WrongAudience.status) in end["refuses"]


def test_everything_that_is_written_of_the_way_is_seen_and_told() -> None:
    parts = [WAY["begin"], *WAY["steps"], WAY["end"]]
    for part in parts:
        for key in part.keys() - {"step"}:
            assert part[key] in words(DRAWN["way"])
            assert part[key] in TOLD["way"]


# -- the house


def test_every_room_and_public_file_has_one_place_in_the_house() -> None:
    rooms = [f"{path.parent.name}/" for path in house.PACKAGE.glob("*/__init__.py")]
    files = [path.stem for path in house.PACKAGE.glob("[!_]*.py")]
    assert sorted(place.name for floor in HOUSE for place in floor) == sorted(rooms + files)


def test_the_house_is_seen_and_told_from_the_top() -> None:
    names = [place.name for floor in HOUSE for place in floor]
    seen = [name for name in words(DRAWN["house"]).split() if name in names]
    assert seen == names
    assert "; ".join(", ".join(place.name for place in floor) for floor in HOUSE) in TOLD["house"]


def test_floors_that_change_places_and_rooms_that_open_make_another_picture() -> None:
    others = [HOUSE[::-1], [[replace(place, is_open=True) for place in floor] for floor in HOUSE]]
    for other in others:
        assert house.drawn(other) != DRAWN["house"]
        assert house.told(other) != TOLD["house"]


def test_the_map_gives_each_name_the_words_after_its_colon() -> None:
    docstring = "Map:\n\n* `a`, `b/`: one\n  two; `c` three. `d`: four.\n* `e` and `f`: five.\n\nNo: `g`: six.\n"
    assert house.map_of(docstring) == {"a": "one two; `c` three", "b/": "one two; `c` three", "d": "four"} | {
        "e": "five",
        "f": "five",
    }


def test_a_room_of_which_the_map_says_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "map_of", lambda docstring: {"contrib/": "known"})
    with pytest.raises(ValueError, match=r"does not say what `cli/` is for$"):
        house.floors()


# -- both


@pytest.mark.parametrize("picture", DRAWN)
def test_a_picture_has_a_title_and_a_description_and_fetches_nothing(picture: str) -> None:
    assert parsed(picture).findtext(f"{SVG}title")
    assert parsed(picture).findtext(f"{SVG}desc") == TOLD[picture]
    assert not re.search(r"href|url\(|@import|<script|<image", DRAWN[picture])
    assert not re.search(r"[\[\]\n]", TOLD[picture])  # on a page it stands in brackets


@pytest.mark.parametrize("picture", DRAWN)
def test_its_colours_are_those_of_light_and_of_dark_pages(picture: str) -> None:
    style = parsed(picture).findtext(f"{SVG}style") or ""
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    used = set(re.findall(r"var\(--([\w-]+)\)", DRAWN[picture]))
    assert len(used) > 3
    assert [name for name in used if f"{LIGHT[name]};" not in light or f"{DARK[name]};" not in dark] == []


@pytest.mark.parametrize("picture", DRAWN)
def test_no_word_leaves_the_picture_and_a_phone_shows_them_large_enough(picture: str) -> None:
    root = parsed(picture)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert 13 * 328 / width > 11  # pixels of a letter on a phone, between the margins of a page
    for text in root.iter(f"{SVG}text"):
        x, long, middle = float(text.attrib["x"]), 6.9 * len(text.text or ""), "middle" in text.attrib["style"]
        assert (x - long / 2 if middle else x) > 0, text.text
        assert (x + long / 2 if middle else x + long) < width, text.text
        assert 0 < float(text.attrib["y"]) < height


def test_a_picture_is_small() -> None:
    assert all(len(text.encode()) < 16_000 for text in DRAWN.values())
