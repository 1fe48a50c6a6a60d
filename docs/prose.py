"""Turn docstrings into Markdown."""

import re
from collections.abc import Iterable, Sequence

_LITERAL = re.compile(r"(?P<colons>\n?::)\n\n(?P<block>(?:[ ]{4}.*\n|\n)+)")
_RULE = re.compile(r"^=+(?:  =+)+$")
_SECTION = re.compile(r"^Raises:\n((?:[ ]{4}.*\n?|\n)+)", re.MULTILINE)
_RAISED = re.compile(r"^[ ]{4}(?P<name>[A-Z]\w+): (?P<text>.*(?:\n[ ]{8}.*)*)", re.MULTILINE)


def prose(doc: str) -> str:
    """Return a docstring as Markdown: literal blocks, tables and the section `Raises` get their form."""
    text = _SECTION.sub(_raises, doc)
    text = _LITERAL.sub(_literal, text + "\n")
    return _tables(text).strip()


def _raises(match: re.Match[str]) -> str:
    raised = [f"* `{one['name']}`: {_joined(one['text'])}" for one in _RAISED.finditer(match[1])]
    return "Raises:\n\n" + "\n".join(raised) + "\n"


def _literal(match: re.Match[str]) -> str:
    block = "\n".join(line.removeprefix("    ") for line in match["block"].strip("\n").split("\n"))
    language = "json" if block.startswith("{") else "text" if "├" in block else "python"
    colon = "" if match["colons"].startswith("\n") else ":\n"  # `::` alone on its line is no part of a sentence
    return f"{colon}\n{fence(language, block)}\n\n"


def _tables(text: str) -> str:
    """Turn tables between rules of `=` into Markdown's."""
    lines, made = text.split("\n"), []
    rules = [number for number, line in enumerate(lines) if _RULE.match(line)]
    for first, second, third in zip(rules[::3], rules[1::3], rules[2::3], strict=True):
        starts = [match.start() for match in re.finditer(r"=+", lines[first])]
        ends: list[int | None] = [*starts[1:], None]
        rows = [
            [line[start:end].strip() for start, end in zip(starts, ends, strict=True)]
            for line in (*lines[first + 1 : second], *lines[second + 1 : third])
        ]
        made.append((first, third, table(rows[0], rows[1:])))
    for first, third, replacement in reversed(made):
        lines[first : third + 1] = replacement.split("\n")
    return "\n".join(lines)


def _joined(text: str) -> str:
    return " ".join(text.split())


def code(text: str) -> str:
    """Return text as code; nothing as nothing."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def cell(text: str) -> str:
    """Return text for a cell of a table: one line, and nothing that ends the cell or looks like HTML."""
    parts = re.split(r"(`[^`]*`)", _joined(text))
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
