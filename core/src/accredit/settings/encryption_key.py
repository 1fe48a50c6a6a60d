"""Keys that encrypt what is stored: their form, and how one is made."""

import base64
from typing import Annotated

from pydantic import AfterValidator, SecretStr

MAKE_A_KEY = "`openssl rand -base64 32` makes a key"
"""How operators get one."""


def decoded_keys(value: SecretStr) -> tuple[bytes, ...]:
    """Return the keys that a setting holds, separated by commas.

    Raises:
        ValueError: one is not base64.
    """
    parts = [part.strip().rstrip("=") for part in value.get_secret_value().split(",")]
    return tuple(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True) for part in parts)


def _checked(value: SecretStr) -> SecretStr:
    try:
        sizes = {len(key) for key in decoded_keys(value)}
    except ValueError:  # its own text quotes the value
        sizes = set()
    if sizes != {32}:
        raise ValueError(f"must be 32 bytes in base64, or several such keys with commas between them; {MAKE_A_KEY}")
    return value


SecretEncryptionKey = Annotated[SecretStr, AfterValidator(_checked)]
"""Keys of 32 bytes, of which the first encrypts."""
