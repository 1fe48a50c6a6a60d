"""Every link of the documentation leads somewhere, for a reader of the checkout and for one of the site."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.documents.blocks import GENERATED, ROOT, pages

FOLDERS = ("", "tutorials/", "guides/", "reference/", "explanation/")
"""The four kinds of pages, below the front page."""
PAGES = [*pages(), *sorted(page for folder in GENERATED for page in (ROOT / folder).glob("*.md"))]


def links_of(text: str) -> list[str]:
    """Return the targets of a page's links; code is no page."""
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"(?<=\]\()[^)\s]+(?=\))", prose) + re.findall(r"\b(?:src|srcset|href)=\"([^\"]+)\"", prose)


def anchors_of(page: Path) -> set[str]:
    """Return what a link into a page may name: its headings, as forges and the site spell them."""
    text = page.read_text("utf-8")
    if included := re.match(r"```\{include\} (\S+)\n", text):
        return anchors_of(page.parent / included[1])
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_of_the_checkout(page: Path) -> None:
    for link in links_of(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        if "://" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(ROOT), link
        assert target.is_file(), link
        assert not anchor or anchor in anchors_of(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_elsewhere_are_whole_and_go_over_tls(page: Path) -> None:
    for link in links_of(page.read_text("utf-8")):
        if ":" in link.partition("#")[0]:
            address = urlsplit(link)
            assert address.scheme == "https", link
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", address.netloc), link
            assert re.fullmatch(r"[!-~]+", link), link


def test_readers_of_the_readme_come_to_pages_that_a_forge_shows() -> None:
    readme = ROOT / "README.md"
    pages = {link.partition("#")[0] for link in links_of(readme.read_text("utf-8")) if "://" not in link}
    for link in pages:
        assert not link.endswith(".md") or "```{include}" not in (ROOT / link).read_text("utf-8"), link


def test_pages_show_in_a_checkout_what_they_show_on_the_site() -> None:
    directives = {page: re.findall(r"^```\{([\w-]+)\}", page.read_text("utf-8"), re.MULTILINE) for page in PAGES}
    others = {page.relative_to(ROOT).as_posix() for page, found in directives.items() if found}
    # The lists of pages, the pages for which it takes the README of a plugin, and what it takes from the code.
    taken = ("docs/reference/connections/", "docs/reference/code/", "docs/reference/answers/")
    assert {one for one in others if not one.startswith(taken)} == {f"docs/{folder}index.md" for folder in FOLDERS}


def test_the_page_of_a_whole_strategy_shows_the_one_that_is_tested() -> None:
    source = (ROOT / "tests/plugins/octo/accredit_octo/strategy.py").read_text("utf-8")
    assert f"```python\n{source}```\n" in (ROOT / "docs/tutorials/octo.md").read_text("utf-8")
