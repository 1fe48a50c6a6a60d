"""Find the code blocks of the documentation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(?P<language>[a-z]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


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
    """Return every page that people read."""
    patterns = ("README.md", "CHANGELOG.md", "core/README.md", "plugins/*/README.md", "docs/**/*.md")
    return sorted(page for pattern in patterns for page in ROOT.glob(pattern) if "_build" not in page.parts)


def blocks(language: str | None = None) -> list[Block]:
    """Return the blocks of one language, or all."""
    return [block for block in _blocks() if language in {None, block.language}]


def _blocks() -> Iterator[Block]:
    for page in pages():
        text = page.read_text("utf-8")
        for hit in _FENCE.finditer(text):
            line = text.count("\n", 0, hit.start()) + 1
            yield Block(str(page.relative_to(ROOT)), line, hit["language"], hit["code"])
