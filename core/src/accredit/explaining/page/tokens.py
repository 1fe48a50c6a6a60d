"""Tokens side by side, decoded: what was handed in, and what was given for it."""

from collections.abc import Mapping
from typing import Any

from accredit.audit.redact import redact
from accredit.explaining.page.jwt import decoded
from accredit.explaining.page.values import shortened, written
from accredit.web.elements import Child, Html, join, tag
from accredit.web.pieces import facts, moment, section

_TIMES = frozenset({"auth_time", "exp", "iat", "nbf", "updated_at"})
_ABOUT = "A token that is a JWT is signed, and not encrypted: whoever has it can read it. Signatures are left out."


def tokens_part(tokens: Mapping[str, str]) -> Html:
    """Return each token below its title: header and claims of a JWT, the beginning of any other."""
    columns = [
        tag("article", tag("h3", title), _content(token), aria_label=title, class_="token")
        for title, token in tokens.items()
    ]
    return section("The tokens", tag("p", _ABOUT, class_="about"), tag("div", columns, class_="columns"), id_="tokens")


def _content(token: str) -> Child:
    parts = decoded(token)
    try:
        return _opaque(token) if parts is None else _readable(*parts)
    except RecursionError:  # what it says is nested deeper than anybody could read
        return _opaque(token)


def _opaque(token: str) -> Html:
    return join(
        tag("p", tag("code", shortened(token))),
        tag("p", "It is no JWT: only whoever made it knows what it says.", class_="about"),
    )


def _readable(header: Mapping[str, Any], claims: Mapping[str, Any]) -> Html:
    return join(tag("h4", "Header"), _values(header), tag("h4", "Claims"), _values(claims))


def _values(values: Mapping[str, Any]) -> Html:
    return facts(*((name, _value(name, value)) for name, value in redact(values).items()))


def _value(name: str, value: object) -> Html:
    if name in _TIMES and isinstance(value, int | float):
        return tag("span", moment(value), " UTC")
    return tag("bdi", written(value))
