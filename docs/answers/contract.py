"""The table of errors in `docs/reference/contract.md`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/reference/contract.md"
_STATUS = re.compile(r"\[(?P<status>\d{3})\]\(answers/index\.md#(?P<key>[\w-]+)\)|(?P<bare>\d{3})")
_HEADER = re.compile(r"Allow|[A-Z]\w*(?:-\w+)+(?:: \w+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One situation, and what its answer must be. `key` is the anchor that its status leads to; empty: to none."""

    situation: str
    key: str
    status: int
    error: str
    sentences: Sequence[re.Pattern[str]]
    """Each must be the `error_description` of an answer."""
    headers: Sequence[str]
    """Each must be in an answer; `NAME: VALUE` must begin so."""


def rows(text: str | None = None) -> list[Row]:
    """Return the rows of the table, in order."""
    page = PAGE.read_text("utf-8") if text is None else text
    lines = page.partition("\n## Errors\n")[2].partition("\n## ")[0].splitlines()
    return [_row(line) for line in [line for line in lines if line.startswith("| ")][1:]]


def _row(line: str) -> Row:
    situation, status, error, told = (cell.strip() for cell in line.strip("|").split(" | "))
    found = _STATUS.fullmatch(status)
    if found is None:
        raise ValueError(f"the status of this row is none: {line}")
    codes = re.findall(r"`([^`]+)`", told)
    return Row(
        situation=re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", situation),
        key=found["key"] or "",
        status=int(found["status"] or found["bare"]),
        error=error.strip("`"),
        sentences=[_pattern(one) for one in codes if not _HEADER.fullmatch(one)],
        headers=[one for one in codes if _HEADER.fullmatch(one)],
    )


def _pattern(sentence: str) -> re.Pattern[str]:
    """Return what a sentence looks like: `…` and `<name>` stand for anything."""
    return re.compile("[^']+".join(re.escape(part) for part in re.split(r"…|<\w+>", sentence)))
