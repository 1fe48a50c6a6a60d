"""What text in settings may be. Whatever is refused here could never equal what a client or a provider sends.

Nothing is stripped or put in small letters: a value that is not right is refused, with its place, so that what stands
in the file is what is compared.
"""

import re

from pydantic import SecretStr

_PEM = "-----BEGIN "
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_PLUGIN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_setting_text(value: str) -> str:
    """Refuse a blank at an end, and what nobody sees: line breaks, tabs, zero-width spaces, marks of direction.

    A key in PEM has lines; it is left as it is.
    """
    if not value.startswith(_PEM):
        if value != value.strip():
            raise ValueError("begins or ends with a blank or a line break")
        if not value.isprintable():
            raise ValueError("holds a character that cannot be seen, such as a line break")
    return value


def check_visible(value: str) -> str:
    """Refuse what no id has: blanks, characters beyond ASCII, quotes around it; and nothing at all."""
    if not value:
        raise ValueError("is empty")
    check_setting_text(value)
    if not _VISIBLE.fullmatch(value):
        raise ValueError("must be ASCII characters without a blank between them")
    if value[0] in "\"'" and value[-1] in "\"'":
        raise ValueError("stands in quotes, which would be a part of it")
    return value


def check_no_colon(value: str) -> str:
    """Refuse a colon: in HTTP's Basic authentication the password begins behind it. Source: RFC 7617 section 2."""
    if ":" in value:
        raise ValueError("holds a colon, behind which the secret would begin where both are sent")
    return value


def check_setting_secret(value: SecretStr) -> SecretStr:
    """Refuse the same in a secret."""
    check_visible(value.get_secret_value())
    return value


def check_digits(value: str) -> str:
    """Refuse anything but a number written in ASCII digits."""
    check_setting_text(value)
    if not (value.isascii() and value.isdigit()):
        raise ValueError("must be a number, in digits only")
    return value


def check_domain(value: str) -> str:
    """Refuse what is no domain as it is compared: two labels at least, in small letters, digits and hyphens."""
    if not _DOMAIN.fullmatch(value):
        raise ValueError("is no domain in small letters, such as example.com: neither @ nor * stands in one")
    return value


def check_plugin_name(value: str) -> str:
    """Refuse what an environment variable could not name: capitals, and any sign but single hyphens within."""
    if not _PLUGIN_NAME.fullmatch(value):
        raise ValueError("must be small letters and digits, and single hyphens between them")
    return value
