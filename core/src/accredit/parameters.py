"""The bounds of an exchange's parameters, on every wire and for callers from Python."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import SecretStr

from accredit.errors import InvalidParameter, MissingParameter

_LONGEST = {
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
    "code": 16_384,
    "code_verifier": 128,
    "redirect_uri": 2048,
    "id_token": 16_384,
}
LONGEST: Mapping[str, int] = MappingProxyType(_LONGEST)
"""The most characters that each parameter of an exchange may have, on every wire and for callers from Python.

`code_verifier`: RFC 7636 section 4.1.
"""

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""
_PRINTABLE = re.compile(r"[\x20-\x7e]+")


def check_text(parameter: str, value: object) -> None:
    """Refuse a value of an exchange's parameter that no wire would let through.

    Raises:
        InvalidParameter: it is no string, longer than `LONGEST` says, or holds a control character.
    """
    checked_text(parameter, value, _LONGEST[parameter])


def check_given(parameter: str, value: object) -> None:
    """Refuse what `check_text` would, and a value that is empty.

    Raises:
        InvalidParameter: no wire would let it through.
        MissingParameter: it is empty.
    """
    if not checked_text(parameter, value, _LONGEST[parameter]):
        raise MissingParameter(parameter)


def checked_text(parameter: str, value: object, most: int) -> str:
    """Return a value that is a string of at most `most` characters, none of them a control character.

    Raises:
        InvalidParameter: it is none.
    """
    # What is printable, as most is, holds none of them.
    if not isinstance(value, str) or len(value) > most or not (value.isprintable() or _NO_TEXT.search(value) is None):
        raise InvalidParameter(parameter)
    return value


def revealed(parameter: str, secret: object) -> str:
    """Return the text of a secret that a caller from Python has handed in, who may be wrong about its type.

    Raises:
        InvalidParameter: it is no secret, or holds no text.
    """
    text = secret.get_secret_value() if isinstance(secret, SecretStr) else None
    if not isinstance(text, str):
        raise InvalidParameter(parameter)
    return text


def check_secret(parameter: str, secret: object) -> None:
    """Refuse a secret whose text is empty, too long, or not all printable ASCII.

    With another character it could break out of a header or URL. Source: RFC 6749 appendix A.12
    (`access-token = 1*VSCHAR`).

    Raises:
        InvalidParameter: it is one of these, or no secret.
    """
    text = revealed(parameter, secret)
    if len(text) > _LONGEST[parameter] or not _PRINTABLE.fullmatch(text):
        raise InvalidParameter(parameter)


def check_scopes(scopes: object) -> None:
    """Refuse scopes that are not separate texts, or are too long together.

    Raises:
        InvalidParameter: one text, say, whose letters would pass for scopes that nobody knows.
    """
    if not isinstance(scopes, (tuple, list)):
        raise InvalidParameter("scope")
    try:
        together = " ".join(scopes)
    except TypeError:
        raise InvalidParameter("scope") from None
    check_text("scope", together)
