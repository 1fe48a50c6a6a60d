"""Signatures that libraries refuse to make: the ones an attacker brings.

Written from the standards, without the library that verifies: a mistake they shared would go unseen.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from accredit.jose import SigningKey

_HMACS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
# RFC 8017 section 9.2, note 1: the DigestInfo of SHA-256 up to the hash.
_SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def signature(data: bytes, key: SigningKey, *, alg: object) -> bytes:
    """Sign as the header's `alg` says: nothing for `none`, HMAC with the *public* key for `HS…`, else RS256.

    The HMAC is the classic confusion of algorithms. Source: RFC 8725 section 2.1.
    """
    if str(alg).lower() == "none":
        return b""
    if (digest := _HMACS.get(str(alg))) is not None:
        return hmac.digest(public_pem(key.public_jwk()), data, digest)
    return _rs256(data, key.private_jwk())


def public_pem(jwk: Mapping[str, Any]) -> bytes:
    """Return an RSA public key as PEM, the form in which providers publish keys beside JWKS."""
    numbers = _der(0x30, _der_integer(_number(jwk["n"])), _der_integer(_number(jwk["e"])))
    info = _der(0x30, _der(0x30, _RSA_ENCRYPTION), _der(0x03, b"\0", numbers))
    text = base64.b64encode(info).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


def _rs256(data: bytes, jwk: Mapping[str, Any]) -> bytes:
    """Source: RFC 8017 sections 8.2.1 and 9.2 (RSASSA-PKCS1-v1_5), and 5.1.2 for the short cut by two primes."""
    modulus = _number(jwk["n"])
    size = (modulus.bit_length() + 7) // 8
    digest = _SHA256_DIGEST_INFO + hashlib.sha256(data).digest()
    padded = b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest
    message, p, q = int.from_bytes(padded, "big"), _number(jwk["p"]), _number(jwk["q"])
    by_p, by_q = pow(message, _number(jwk["dp"]), p), pow(message, _number(jwk["dq"]), q)
    return (by_q + q * ((by_p - by_q) * _number(jwk["qi"]) % p)).to_bytes(size, "big")


def _number(value: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)), "big")


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _der_integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))
