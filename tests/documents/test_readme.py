"""The README's first screen says what this is, for whom, why, and how, and shows it."""

import re

from tests.documents.blocks import ROOT

README = (ROOT / "README.md").read_text("utf-8")
FIRST = README.partition("\n## ")[0]
"""What a reader sees without scrolling."""


def test_the_first_screen_is_short_and_begins_with_what_this_is() -> None:
    assert len(FIRST.splitlines()) <= 35
    assert FIRST.startswith("# Accredit\n\n**Accept social logins without a browser redirect.**")


def test_it_leads_each_kind_of_reader_on() -> None:
    links = set(re.findall(r"^\* You \*\*.*?\]\(([^)]+)\)", FIRST, re.MULTILINE | re.DOTALL))
    assert links == {"#serve-it", "#embed-it", "docs/guides/log-in-from-an-app.md"}


def test_it_says_why_and_has_one_command_to_see_it() -> None:
    assert "**Why not by hand?**" in FIRST
    assert re.findall(r"^```sh\n(.*?)```$", FIRST, re.MULTILINE | re.DOTALL) == ["accredit dev\n"]


def test_it_has_a_picture_for_light_and_one_for_dark_that_is_told_and_small() -> None:
    found = re.search(
        r'<picture>\n  <source media="\(prefers-color-scheme: dark\)" srcset="(?P<dark>[^"]+)">\n'
        r'  <img src="(?P<light>[^"]+)" alt="(?P<told>[^"]{80,})">\n</picture>',
        FIRST,
    )
    assert found is not None
    for look in ("dark", "light"):
        assert found[look] == f"docs/static/playground-{look}.png"
        picture = (ROOT / found[look]).read_bytes()
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 100_000
