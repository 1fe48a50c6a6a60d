"""What a language reads where a program has a string literal: its own rules, written down apart from ours."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_COMMON = {"\\": "\\", "n": "\n", "r": "\r", "t": "\t", "'": "'", '"': '"'}


@dataclass(frozen=True)
class Rules:
    """`escape` matches what may stand after a backslash that is not in `escapes`: the number of a character."""

    mark: str
    escapes: Mapping[str, str]
    escape: str
    begins_code: str = ""


RULES = {
    "Swift": Rules('"', {**_COMMON, "0": "\0"}, r"u\{(?P<braced>[0-9a-fA-F]{1,8})\}"),
    "Kotlin": Rules('"', {**_COMMON, "b": "\b", "$": "$"}, r"u(?P<unit>[0-9a-fA-F]{4})", begins_code="$"),
    "Dart": Rules("'", {**_COMMON, "$": "$"}, r"u\{(?P<braced>[0-9a-fA-F]{1,6})\}|u(?P<unit>[0-9a-fA-F]{4})", "$"),
    "JavaScript": Rules("'", _COMMON, r"u\{(?P<braced>[0-9a-fA-F]{1,6})\}|u(?P<unit>[0-9a-fA-F]{4})"),
}


def literals(code: str, rules: Rules) -> Iterator[str]:
    """Return what each string literal of a program without comments means."""
    at = code.find(rules.mark)
    while at >= 0:
        value, end = _read(code, at + 1, rules)
        yield value
        at = code.find(rules.mark, end)


def _read(code: str, at: int, rules: Rules) -> tuple[str, int]:
    units: list[str] = []
    while (one := code[at]) != rules.mark:
        assert one.isprintable(), f"{ord(one):x} ends the line, or nobody can see it"
        assert one not in rules.begins_code, f"code begins with {one}"
        at += 1
        if one == "\\":
            one, at = _escape(code, at, rules)
        units.append(one)
    # Two halves of a character are one in what programs hold.
    return "".join(units).encode("utf-16", "surrogatepass").decode("utf-16"), at + 1


def _escape(code: str, at: int, rules: Rules) -> tuple[str, int]:
    if (known := rules.escapes.get(code[at])) is not None:
        return known, at + 1
    found = re.compile(rules.escape).match(code, at)
    assert found is not None, f"no escape: \\{code[at]}"
    return chr(int(found[found.lastgroup or 0], 16)), found.end()
