"""What stands in a JWT, for people: nothing is verified here, and nothing is decided by it."""

import json
from base64 import urlsafe_b64decode
from typing import Any


def decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the header and the claims of a JWT; None where it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    header, claims = (_object(part) for part in parts[:2])
    return None if header is None or claims is None else (header, claims)


def _object(part: str) -> dict[str, Any] | None:
    try:
        value = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):  # no Base64, no UTF-8, or no JSON
        return None
    return value if isinstance(value, dict) else None
