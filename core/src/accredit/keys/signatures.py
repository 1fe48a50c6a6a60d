"""Sign with `cryptography` itself: what does not change from one signature to the next is made once for a key."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

Sign = Callable[[bytes], bytes]
"""Returns the raw signature of some bytes, as it stands in a JWS. Source: RFC 7518 section 3."""

_HASHED = Prehashed(hashes.SHA256())
"""`hashlib` hashes: `cryptography` would ask with each signature what kind of algorithm SHA-256 is."""
_HALF = 32
"""Bytes of `r`, and of `s`. Source: RFC 7518 section 3.4."""


def signs_with(alg: str, key: Any) -> Sign:
    """Return what signs with a private key of `cryptography`; `alg` is `RS256`, `ES256` or `EdDSA`."""
    match alg:
        case "RS256":
            pkcs1 = padding.PKCS1v15()
            return lambda content: bytes(key.sign(sha256(content).digest(), pkcs1, _HASHED))
        case "ES256":
            ecdsa = ec.ECDSA(_HASHED)
            return lambda content: _raw(key.sign(sha256(content).digest(), ecdsa))
        case _:
            return lambda content: bytes(key.sign(content))


def _raw(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
