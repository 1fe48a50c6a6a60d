"""What differs in each run, and what stands in its place: here, and nowhere else.

Each rule takes only what has the form that it must have. So an id that is empty, a hash that is too short or a token
that is none stays as it is, and the comparison with what is stored fails.
"""

import re
from collections.abc import Mapping

_RANDOM: Mapping[str, tuple[str, str]] = {
    "jti": (r"[\w-]{20,40}", "(a random id)"),
    "sid": (r"[0-9a-f]{8}\.[\w-]{22}", "(the id of the session)"),
    "kid": (r"[\w-]{43}", "(the id of the key)"),
    "at_hash": (r"[\w-]{22}", "(a hash of the access token)"),
    "c_hash": (r"[\w-]{22}", "(a hash of the code)"),
    "refresh_token": (r"[\w-]{72}", "(a random text)"),
}
"""A field of JSON, the form of what varies in it, and what is written instead."""
_JWT = re.compile(r"\b(eyJ[\w-]{17})[\w-]+\.eyJ[\w-]+\.[\w-]*")
_FIELDS = re.compile(rf'"({"|".join(_RANDOM)})": ?"([^"]*)"')
_LONG_RUN = re.compile(r"(.)\1{999,}")


def marked(text: str) -> str:
    """Return text with marks for what varies: ids, hashes and tokens, of which a JWT keeps its first 20 letters.

    What is very long because one letter is repeated is told, not shown.
    """
    text = _JWT.sub(r"\1…", text)
    text = _FIELDS.sub(_mark, text)
    return _LONG_RUN.sub(lambda found: f"{found[1] * 8}… ({len(found[0])} times)", text)


def _mark(found: re.Match[str]) -> str:
    form, mark = _RANDOM[found[1]]
    return f'"{found[1]}": "{mark}"' if re.fullmatch(form, found[2]) else found[0]
