"""Paths of endpoints with names in them: `/notices/{connection}` is every path of two parts that begins so."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

_NAME = re.compile(r"\{([a-z]+)\}")


def is_open(path: str) -> bool:
    """Tell whether an endpoint's path has names in it."""
    return "{" in path


def names_in(path: str) -> tuple[str, ...]:
    """Return the names in an endpoint's path."""
    return tuple(_NAME.findall(path))


def find_path(paths: Iterable[str], asked: str) -> tuple[str, Mapping[str, str]] | None:
    """Return which of the `paths` with names in them is asked for, and what stands for the names; None where none is.

    A part of a path is never empty.
    """
    for path in paths:
        if is_open(path) and (match := _pattern_of(path).fullmatch(asked)) is not None:
            return path, match.groupdict()
    return None


def path_with(path: str, parts: Mapping[str, str]) -> str:
    """Return the path that was asked for."""
    return _NAME.sub(lambda found: parts[found[1]], path)


@cache  # there are as many as endpoints
def _pattern_of(path: str) -> re.Pattern[str]:
    texts = _NAME.split(path)
    return re.compile("".join(f"(?P<{one}>[^/]+)" if at % 2 else re.escape(one) for at, one in enumerate(texts)))
