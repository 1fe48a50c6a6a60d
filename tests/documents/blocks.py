"""Find the code blocks of the documentation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TELLERS = ("tests/examples", "tests/scaffold")
"""Where a test module with a line `PAGE = "docs/…"` does what that page says, from top to bottom."""
GENERATED = ("docs/reference/code", "docs/reference/answers")
"""The pages made from the code, with those that say from which; and the pages of a run."""
_FENCE = re.compile(r"^```(?P<language>[^`\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_PAGE = re.compile(r'^PAGE = "(docs/[^"]+)"$', re.MULTILINE)


def stories() -> dict[str, str]:
    """Return the pages of which the blocks only make sense one after the other, each with the test that does them."""
    tests = [path for folder in TELLERS for path in sorted((ROOT / folder).glob("test_*.py"))]
    found = {path: _PAGE.search(path.read_text("utf-8")) for path in tests}
    return {page[1]: str(path.relative_to(ROOT)) for path, page in found.items() if page}


STORIES = stories()


@dataclass(frozen=True)
class Block:
    """One fenced block: where it stands, what it is."""

    page: str
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Return every page that people read and somebody has written."""
    patterns = (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "core/README.md",
        "plugins/*/README.md",
        "docs/**/*.md",
    )
    found = {page for pattern in patterns for page in ROOT.glob(pattern) if "_build" not in page.parts}
    return sorted(page for page in found if not any(page.is_relative_to(ROOT / folder) for folder in GENERATED))


def blocks(language: str | None = None) -> list[Block]:
    """Return the blocks of one language, or all, but for the stories'."""
    return [block for block in _blocks() if language in {None, block.language} and block.page not in STORIES]


def blocks_of(page: str, language: str | None = None) -> list[Block]:
    """Return the blocks of one page, in order; of one language, or all."""
    return [block for block in _blocks() if block.page == page and language in {None, block.language}]


def _blocks() -> Iterator[Block]:
    for page in pages():
        text = page.read_text("utf-8")
        for hit in _FENCE.finditer(text):
            if hit["language"].startswith("{"):  # a directive of the site, such as a table of contents
                continue
            line = text.count("\n", 0, hit.start()) + 1
            yield Block(str(page.relative_to(ROOT)), line, hit["language"], hit["code"])
