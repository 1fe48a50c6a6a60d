"""Near misses: values that a careless comparison takes for the right one."""

from collections.abc import Iterator
from typing import Any

_FULL_WIDTH = {ord("0") + digit: ord("\N{FULLWIDTH DIGIT ZERO}") + digit for digit in range(10)}
_NO_TEXT: tuple[Any, ...] = ("", " ", "null", "None", "*", ".*", "%")
_NO_ID: tuple[Any, ...] = (True, False, 0, 1, 0.5, [], {})
YES: tuple[Any, ...] = ("true", "True", "TRUE", "1", "yes", 1, 2, [True], {"value": True})
"""What may stand for a yes where only the boolean does."""
NO: tuple[Any, ...] = (
    *("false", "False", "FALSE", "0", "no", "off", "null", "none", "", " "),
    *(0, 0.0, -1, None, ..., [], {}, [False], {"value": False}),
)
"""What is no yes; `...` is nothing at all."""
ODD: tuple[Any, ...] = (None, ..., "", "x", 7, True, False, [], {})
"""What any field may hold one day."""


def near_ids(value: str | int) -> Iterator[Any]:
    """Yield what resembles an id: longer, a part of it, of other case, padded, another number, in a list."""
    text = str(value)
    near: list[Any] = [f"{text}0", f"0{text}", text[:-1], text[1:], text[: len(text) // 2]]
    near += [f"{text} ", f" {text}", f"{text}\n", f"\t{text}", f"{text}\x00", f"{text}\u200b"]
    near += [text.swapcase(), text.upper(), text.lower(), text.translate(_FULL_WIDTH)]
    near += [f"{text},other", f"other,{text}", f"other {text}", f"{text}/x", f"{text}.0", f"+{text}", f'"{text}"']
    near += [[text, "other"], ["other", text], {"id": text}, {text: True}, [[text]]]
    if text.isdecimal():
        number = int(text)
        near += [-number, number + 1, number * 10, float(number) + 0.5, f"{number:,}", hex(number), f"{number}e0"]
    near += [*_NO_TEXT, *_NO_ID]
    yield from (one for one in near if not is_same(one, value))


def is_same(one: Any, other: str | int) -> bool:
    """Tell whether both are one id, written as a text or as a number."""
    return type(one) in (str, int) and str(one) == str(other)


def another_id(value: str | int) -> str | int:
    """Return a foreign id of the same type and length."""
    text = str(value)
    last = "1" if text[-1] != "1" else "2"
    return type(value)(text[:-1] + last)


def numbers_like(value: int | float) -> tuple[Any, ...]:
    """Return what may be read as this number, and is no number in JSON."""
    return (str(value), f" {value}", f"{value}.0", [value], {"value": value})
