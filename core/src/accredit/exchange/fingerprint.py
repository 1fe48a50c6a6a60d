"""What a connection is, in a few characters: two that have the same do the same with the same token."""

import hashlib
import secrets
from collections.abc import Mapping
from enum import Enum
from pathlib import PurePath

from pydantic import BaseModel, SecretBytes, SecretStr

from accredit.plugins import Connection


def fingerprint(connection: Connection) -> str:
    """Return a hash of its settings, secrets included, and of who brings its strategy, with the version.

    Never shown, nor stored as it is: a short secret could be guessed from it.
    """
    written = _written([connection.source, connection.settings])
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _written(value: object) -> str:
    """Write a value so that no other one is written like it; a set in one order, whatever its own is."""
    match value:
        case None | bool() | int() | float() | str() | bytes():
            return f"{type(value).__name__}:{value!r}"
        case SecretStr() | SecretBytes():
            return _written(value.get_secret_value())
        case Enum():
            return _written([type(value).__qualname__, value.name])
        case PurePath():
            return _written(str(value))
        case BaseModel():
            return _written([type(value).__qualname__, vars(value)])
        case Mapping():
            return f"{{{','.join(sorted(_written([name, one]) for name, one in value.items()))}}}"
        case list() | tuple():
            return f"[{','.join(map(_written, value))}]"
        case set() | frozenset():
            return f"<{','.join(sorted(map(_written, value)))}>"
        case _:  # nobody knows whether another process has the same
            return secrets.token_hex(16)
