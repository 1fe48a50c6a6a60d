"""What a snippet sends."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlencode

Method = Literal["GET", "POST", "PUT", "DELETE"]
"""What the HTTP client of every language can send."""
_METHODS: Mapping[str, Method] = {"GET": "GET", "POST": "POST", "PUT": "PUT", "DELETE": "DELETE"}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""A name that is one in every language. In JavaScript, `__proto__` is more."""
_BLANK = re.compile(r"\[\d+ characters\]")
"""What a recording has in the place of a secret."""
_IN_PATHS = "/:@!$&'()*+,;=~"
"""Has no meaning to curl, and Swift does not refuse it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `fields` are its body, a form or a JSON object; without fields there is none."""

    method: Method
    url: str = field(repr=False)
    authorization: str = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    is_form: bool

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that say something; the others are of one client and one connection."""
        content_type = "application/x-www-form-urlencoded" if self.is_form else "application/json"
        named = {"Authorization": self.authorization, "Content-Type": content_type if self.fields else ""}
        return {name: value for name, value in named.items() if value}


def request_of(
    method: str, url: str, *, authorization: str, fields: Mapping[str, str], is_json: bool
) -> Request | None:
    """Return a request as it was recorded; None where there is a language that has no plain words for it.

    `url` has no query: the fields of a GET are that. What was blanked becomes a placeholder to fill in.
    """
    known = _METHODS.get(method)
    header = re.sub(_BLANK, "YOUR_CREDENTIALS", authorization)
    if (
        known is None
        or not all(map(_is_field, fields, fields.values()))
        or not (header.isascii() and header.isprintable())
    ):
        return None
    filled = {name: f"YOUR_{name.upper()}" if _BLANK.fullmatch(value) else value for name, value in fields.items()}
    start, slashes, rest = _BLANK.sub("YOUR_TEXT", url).partition("://")
    host, slash, path = rest.partition("/")
    plain = f"{start}{slashes}{host}{slash}{quote(path, _IN_PATHS)}"
    if known == "GET":
        plain, filled = plain + (f"?{urlencode(filled)}" if filled else ""), {}
    return Request(method=known, url=plain, authorization=header, fields=filled, is_form=bool(filled) and not is_json)


def _is_field(name: str, value: str) -> bool:
    # Half a character, which JSON can hold, cannot be said in Swift.
    return _WORD.fullmatch(name) is not None and not any("\ud800" <= one <= "\udfff" for one in value)
