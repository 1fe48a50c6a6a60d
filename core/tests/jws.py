"""Tokens that nobody would sign."""

import base64
import json
from typing import Any


def compact(header: Any, payload: Any, signature: bytes = b"no signature") -> str:
    """Return a compact JWS of any header and payload, with whatever signature."""
    parts = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in (header, payload)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))
