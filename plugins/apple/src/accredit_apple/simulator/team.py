"""Our sample team at the simulated Apple: its apps, its key, and the client secrets that are made with it."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

TEAM_ID: Final = "SIMTEAM001"
KEY_ID: Final = "SIMKEY0001"
BUNDLE_ID: Final = "com.example.sim"
"""Of the native app."""
SERVICES_ID: Final = "com.example.sim.web"
"""Of the web app."""
FOREIGN: Final = "com.example.other"
REDIRECT_URI: Final = "https://app.example.com/callback"
AUDIENCE: Final = "https://appleid.apple.com"
LONGEST_SECRET_S: Final = 15_777_000
"""So far ahead a client secret may end.

Source: https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
"""

# Always the same one, so that a settings file of today works tomorrow; a secret of nobody's.
_KEY = ec.derive_private_key(int.from_bytes(hashlib.sha256(b"accredit simulated apple").digest()), ec.SECP256R1())
PRIVATE_KEY: Final = _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode().strip()


def is_client_secret(secret: str, *, client_id: str, now: float) -> bool:
    """Tell whether our team has made this secret for `client_id`, and it is good `now`, in epoch seconds."""
    parts = secret.split(".")
    if len(parts) != 3:
        return False
    try:
        header, claims = _json(parts[0]), _json(parts[1])
        signature = _decoded(parts[2])
    except ValueError:
        return False
    if len(signature) != 64:  # r and s as they are, not in DER (RFC 7518 section 3.4)
        return False
    r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
    try:
        signed = f"{parts[0]}.{parts[1]}".encode()
        _KEY.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    return (
        (header.get("alg"), header.get("kid")) == ("ES256", KEY_ID)
        and (claims.get("iss"), claims.get("aud"), claims.get("sub")) == (TEAM_ID, AUDIENCE, client_id)
        and client_id in {BUNDLE_ID, SERVICES_ID}
        and type(issued_at) is int
        and type(expires_at) is int
        and issued_at <= now < expires_at <= now + LONGEST_SECRET_S
    )


def _json(part: str) -> Mapping[str, Any]:
    value = json.loads(_decoded(part))
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _decoded(part: str) -> bytes:
    try:
        return base64.b64decode(part.encode() + b"=" * (-len(part) % 4), b"-_", validate=True)
    except binascii.Error:
        raise ValueError("no base64url") from None
