"""Put text into Markdown: code, tables and their cells."""

import re
from collections.abc import Iterable, Sequence


def code(text: str) -> str:
    """Return text as code; nothing as nothing."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def cell(text: str) -> str:
    """Return text for a cell of a table: one line, and nothing that ends the cell or looks like HTML."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    plain = [part if part.startswith("`") else part.replace("<", "&lt;").replace(">", "&gt;") for part in parts]
    return "".join(plain).replace("|", "\\|")


def fence(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text}\n```"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, without the columns in which nothing stands."""
    rows = list(rows)
    kept = [place for place in range(len(head)) if not rows or any(row[place] for row in rows)]
    head, rows = [head[place] for place in kept], [[row[place] for place in kept] for row in rows]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
