"""The picture of the demonstration shows what the demonstration writes."""

import subprocess
from xml.etree import ElementTree as ET

import pytest
from docs.pictures import terminal
from docs.pictures.theme import DARK, LIGHT

SVG = "{http://www.w3.org/2000/svg}"
WRITTEN = "\x1b[1mname     count\x1b[0m\nada \x1b[32m&\x1b[0m co.    1\n\n\x1b[1;32mright\x1b[0m\n"


def texts(picture: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(f"{SVG}text"))  # noqa: S314 - our own text


@pytest.mark.slow
def test_what_is_in_the_repository_is_what_the_demonstration_writes() -> None:
    written = terminal.recorded()
    assert "0 wrong" in written
    assert terminal.PATH.read_text("utf-8") == terminal.drawn(written), "run: python -m docs.generate"


@pytest.mark.slow
def test_of_a_demonstration_that_fails_there_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "WORDS", ("accredit", "no-such-command"))
    with pytest.raises(subprocess.CalledProcessError):
        terminal.recorded()


def test_every_word_stands_in_its_column_and_has_its_colour() -> None:
    shown = texts(terminal.drawn(WRITTEN))
    assert [one.text for one in shown] == ["$ accredit demo", "name", "count", "ada", "&", "co.", "1", "right"]
    x = {one.text: float(one.attrib["x"]) for one in shown}
    assert (x["name"], x["ada"]) == (x["right"], x["right"])
    assert x["count"] < x["1"]  # aligned at the right, as it was written
    styles = {one.text: one.attrib["style"] for one in shown}
    assert "font-weight" in styles["name"]
    assert "font-weight" not in styles["ada"]
    assert "var(--text)" in styles["ada"]
    assert "var(--peer-1)" in styles["right"]


def test_it_is_small_and_fetches_nothing_and_is_light_and_dark() -> None:
    picture = terminal.PATH.read_text("utf-8")
    assert len(picture) < 60_000
    assert "href" not in picture
    assert "url(" not in picture
    assert "@import" not in picture
    assert LIGHT["page"] in picture
    assert DARK["page"] in picture.partition("prefers-color-scheme: dark")[2]
