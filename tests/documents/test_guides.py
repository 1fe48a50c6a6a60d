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
EMBEDDED = sorted(path.name for path in GUIDES.glob("*.md") if f"## {SECTIONS[-1]}\n" in path.read_text("utf-8"))
"""Whatever runs in a server of the reader's says where it runs."""
FRAMEWORKS = [name for name in EMBEDDED if name in {"asgi.md", "authlib.md", "django.md", "fastapi.md", "flask.md"}]


def sections_of(guide: str) -> list[str]:
    text = re.sub(r"^```.*?^```$", "", (GUIDES / guide).read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("guide", FRAMEWORKS)
def test_the_guide_of_a_framework_has_the_sections_of_all_in_their_order(guide: str) -> None:
    found = sections_of(guide)
    assert found == [section for section in SECTIONS if section in found]
    assert {"Install", "Add it", "Test it"} <= set(found)


@pytest.mark.parametrize("guide", EMBEDDED)
def test_where_things_run_is_said_at_the_end(guide: str) -> None:
    assert sections_of(guide)[-1] == SECTIONS[-1]


def test_these_are_guides_of_frameworks() -> None:
    assert FRAMEWORKS == ["asgi.md", "authlib.md", "django.md", "fastapi.md", "flask.md"]
