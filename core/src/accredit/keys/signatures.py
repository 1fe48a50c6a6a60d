"""Sign with `cryptography` itself: what does not change from one signature to the next is made once for a key."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Sign = Callable[[bytes], bytes]
"""Returns the raw signature of some bytes, as it stands in a JWS. Source: RFC 7518 section 3."""

_HALF = 32
"""Bytes of `r`, and of `s`. Source: RFC 7518 section 3.4."""


def signs_with(alg: str, key: Any) -> Sign:
    """Return what signs with a private key of `cryptography`; `alg` is `RS256`, `ES256` or `EdDSA`."""
    match alg:
        case "RS256":
            pkcs1, sha256 = padding.PKCS1v15(), hashes.SHA256()
            return lambda content: bytes(key.sign(content, pkcs1, sha256))
        case "ES256":
            ecdsa = ec.ECDSA(hashes.SHA256())
            return lambda content: _raw(key.sign(content, ecdsa))
        case _:
            return lambda content: bytes(key.sign(content))


def _raw(der: bytes) -> bytes:
    r, s = decode_dss_signature(der)
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
