"""The guides of frameworks have one order of sections, so that a reader of one finds the way in the next."""

import re

import pytest
from tests.documents.blocks import ROOT

SECTIONS = (
    "Install",
    "Add it",
    "Try it",
    "Protect your API",
    "Your users",
    "Test it",
    "Deploy it",
    "What runs in which thread, loop and process",
)
GUIDES = ROOT / "docs/guides"
FRAMEWORKS = sorted(path.name for path in GUIDES.glob("*.md") if f"## {SECTIONS[-1]}\n" in path.read_text("utf-8"))


def sections_of(guide: str) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", (GUIDES / guide).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("guide", FRAMEWORKS)
def test_the_guide_of_a_framework_has_the_sections_of_all_in_their_order(guide: str) -> None:
    found = sections_of(guide)
    assert set(found) <= set(SECTIONS)
    assert found == [section for section in SECTIONS if section in found]
    assert {"Install", "Add it", "Test it"} <= set(found)


@pytest.mark.parametrize("guide", ["fastapi.md", "flask.md", "asgi.md"])
def test_these_are_guides_of_frameworks(guide: str) -> None:
    assert guide in FRAMEWORKS
