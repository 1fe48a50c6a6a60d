"""The bounds of an exchange's parameters, on every wire and for callers from Python."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from accredit.errors import InvalidParameter

LONGEST: Mapping[str, int] = MappingProxyType(
    {
        "client_id": 256,
        "connection": 256,
        "access_token": 16_384,
        "access_token_secret": 1024,
        "scope": 4096,
        "user_id": 256,
        "nonce": 1024,
        "device": 1024,
        "audience": 1024,
        "main_access_token": 16_384,
        "state": 4096,
        "refresh_token": 4096,
    }
)
"""The most characters that each parameter of an exchange may have, on every wire and for callers from Python."""

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""


def check_text(parameter: str, value: object) -> None:
    """Refuse a value of an exchange's parameter that no wire would let through.

    Raises:
        InvalidParameter: it is no string, longer than `LONGEST` says, or holds a control character.
    """
    checked_text(parameter, value, LONGEST[parameter])


def checked_text(parameter: str, value: object, most: int) -> str:
    """Return a value that is a string of at most `most` characters, none of them a control character.

    Raises:
        InvalidParameter: it is none.
    """
    if not isinstance(value, str) or len(value) > most or _NO_TEXT.search(value):
        raise InvalidParameter(parameter)
    return value
