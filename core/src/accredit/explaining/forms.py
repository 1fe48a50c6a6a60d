"""How a secret may be written where somebody quotes it."""

import json
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, quote_plus


def forms_of(secret: str) -> set[str]:
    """Return a secret as it is, and as it stands in a URL, in JSON, in HTML and in Python; and so each of its parts.

    Its parts are joined by colons, as in `token:secret`.
    """
    return {form for part in (secret, *secret.split(":")) for form in _forms(part)}


def _forms(text: str) -> Iterator[str]:
    yield from (text, escape(text), repr(text)[1:-1], ascii(text)[1:-1])
    yield from (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    for form in (quote(text, errors="replace"), quote(text, "", errors="replace"), quote_plus(text, errors="replace")):
        yield from (form, form.lower())
