"""What CONTRIBUTING names is there: files, the lines in them, and the sessions of nox."""

import re

from tests.documents.blocks import ROOT
from tests.forge.chores import exists, named, sessions

PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PATH = re.compile(r"`((?:core|plugins|tests|docs|\.github)(?:/[\w.<>-]+)*/?|[\w.-]+\.(?:toml|md|txt|yaml|py))`")
LINE = re.compile(PATH.pattern + r": `([^`]+)`")


def places(path: str) -> list[str]:
    """Return what fits a path, where `<name>` stands for any."""
    return [str(found) for found in ROOT.glob(re.sub(r"<name>", "*", path.rstrip("/")))]


def test_every_path_that_is_named_exists() -> None:
    paths = PATH.findall(PAGE)
    assert len(set(paths)) > 20
    assert [path for path in paths if not places(path)] == []


def test_every_line_that_is_named_stands_in_its_file() -> None:
    lines = LINE.findall(PAGE)
    assert len(lines) > 10
    assert [
        (path, text)
        for path, text in lines
        if not all(text in ROOT.joinpath(p).read_text("utf-8") for p in places(path))
    ] == []


def test_how_to_add_names_a_file_and_a_line_for_each_thing() -> None:
    chapters = re.split(r"^### ", PAGE.partition("## How to add")[2].partition("\n## ")[0], flags=re.MULTILINE)[1:]
    titles = [chapter.partition("\n")[0] for chapter in chapters]
    assert {"a provider", "an endpoint", "a grant type", "a setting", "an event", "a hook"} <= set(titles)
    assert all(LINE.search(chapter) for chapter in chapters)


def test_the_table_names_every_session_and_no_other() -> None:
    table = PAGE.partition("## The sessions")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(sessions())


def test_every_session_that_a_page_names_exists() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
    found = [(page.name, session) for page in pages for session in named(page.read_text("utf-8"))]
    assert len(found) > 5
    assert [(page, session) for page, session in found if not exists(session)] == []
