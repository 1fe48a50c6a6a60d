"""Write texts of others between quotation marks so that they stay texts, and show what cannot be seen."""

from collections.abc import Callable, Mapping

_ALWAYS = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(text: str, mark: str, escapes: Mapping[str, str], invisible: Callable[[str], str]) -> str:
    """Return `text` between two of `mark`.

    `escapes` are a language's own beside backslash and blanks; `invisible` writes a character that has no picture: it
    could end the line, or turn around what follows.
    """
    known = {**_ALWAYS, mark: f"\\{mark}", **escapes}
    return f"{mark}{''.join(known.get(one) or (one if one.isprintable() else invisible(one)) for one in text)}{mark}"


def braced(character: str) -> str:
    """Return the escape of Swift, Dart and JavaScript."""
    return f"\\u{{{ord(character):x}}}"


def units(character: str) -> str:
    """Return the escapes of Kotlin and JSON: one of each unit of UTF-16."""
    written = character.encode("utf-16-be").hex()
    return "".join(f"\\u{written[start : start + 4]}" for start in range(0, len(written), 4))


def indented(lines: list[str], *, by: int) -> str:
    """Return lines, each with its end, `by` blanks further right."""
    return "".join(f"{' ' * by}{line}\n" for line in lines)
