"""Values of JSON as text; and of a secret no more than it takes to know it by."""

import json
from collections.abc import Mapping
from typing import Any

from accredit.explaining.plain import PLAIN
from accredit.web.elements import Html, tag

PUBLIC = PLAIN | {"error", "error_description", "expires_in", "issued_token_type", "message", "token_type"}
"""What is shown in full of requests and answers. Anything else may be a secret."""
_SHOWN = 12


class Placeholder(str):
    """Text in the place of a secret that nobody has kept: it is shown as it is."""

    __slots__ = ()


def written(value: object) -> str:
    """Return a value as people read it: a text without quotes, anything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "[nested too deep]"


def shortened(value: str) -> str:
    """Return the beginning of a secret: never more than a third of it."""
    if isinstance(value, Placeholder):
        return value
    return f"{value[: min(_SHOWN, len(value) // 3)]}…"


def guarded(name: str, value: object) -> str:
    """Return the value of a request's or an answer's field, shortened if it may be a secret."""
    return written(value) if name in PUBLIC or value is None else shortened(written(value))


def lines_of(value: Mapping[str, Any]) -> Html:
    """Return JSON for people, line by line."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return tag("pre", [tag("code", line) for line in text.split("\n")])
