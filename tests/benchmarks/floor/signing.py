"""The floor's signatures: compact JWS straight from `cryptography`."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ALGORITHMS = ("RS256", "ES256", "EdDSA")


def _b64(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _signer(alg: str) -> Callable[[bytes], bytes]:
    """Return a function that signs with a new key."""
    sha256 = hashes.SHA256()
    if alg == "RS256":
        rsa_key, pkcs1 = rsa.generate_private_key(65537, 2048), padding.PKCS1v15()
        return lambda data: rsa_key.sign(data, pkcs1, sha256)
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate().sign
    ec_key, ecdsa = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(sha256)

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(ec_key.sign(data, ecdsa))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


class Signer:
    """Sign claims with one new key."""

    def __init__(self, alg: str) -> None:
        self._sign = _signer(alg)
        self._heads = {typ: _b64(_json({"alg": alg, "kid": "k" * 43, "typ": typ})) for typ in ("at+jwt", "JWT")}
        self._hash = hashlib.sha512 if alg == "EdDSA" else hashlib.sha256

    def jwt(self, typ: str, claims: Mapping[str, Any]) -> str:
        content = self._heads[typ] + b"." + _b64(_json(claims))
        return (content + b"." + _b64(self._sign(content))).decode()

    def at_hash(self, access_token: str) -> str:
        digest = self._hash(access_token.encode()).digest()
        return _b64(digest[: len(digest) // 2]).decode()
