"""Make HTML in which no text can be anything but text: what is not `Html` is escaped, wherever it stands."""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from typing import Union

_VOID = frozenset({"input", "link", "meta"})


class Html(str):
    """Text that is HTML already. Only this module makes it of other text."""

    __slots__ = ()


Child = Union[str, None, Iterable["Child"]]  # noqa: UP007 - `|` cannot name what is not there yet
"""What an element may hold: `Html` as it is, any other text escaped, None for nothing, and several of these."""


def tag(name: str, /, *children: Child, **attributes: str | bool | None) -> Html:
    """Return one element. In names of attributes `_` stands for `-`, and one at the end for nothing: `class_`.

    An attribute that is True has no value; one that is False or None is left out.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Return several things, one after another."""
    return Html("".join(map(_written, children)))


def user_text(text: str, *, otherwise: str = "–") -> Html:
    """Return text of somebody else's, set apart: its direction ends with it. `otherwise` where it is empty."""
    return tag("bdi", text) if text else Html(escape(otherwise))


def lines(text: str) -> Html:
    """Return text whose lines stay lines, for an element that keeps them apart, such as `pre`."""
    return Html("\n".join(map(_written, text.split("\n"))))


def style(css: str) -> Html:
    """Return a style sheet of ours inside a page. A policy of content lets it in by `style_source`.

    Raises:
        ValueError: it would end before its end.
    """
    if "</" in css:
        raise ValueError("a style sheet must not hold </")
    return tag("style", Html(css))


def style_source(css: str) -> str:
    """Return what a policy of content has to say for `style`. Source: Content Security Policy Level 3 section 2.3.1."""
    return f"'sha256-{b64encode(sha256(css.encode()).digest()).decode()}'"


def document(root: Html) -> bytes:
    """Return a whole page."""
    return f"<!doctype html>\n{root}\n".encode()


def _attribute(name: str, value: object) -> str:
    shown = name.removesuffix("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(_visible(str(value)))}"'


def _written(child: Child) -> str:
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(_visible(child))
    return "" if child is None else join(*child)


def _visible(text: str) -> str:
    """Show what cannot be seen by its number: it could turn a line around, or hide what follows."""
    return text if text.isprintable() else "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
