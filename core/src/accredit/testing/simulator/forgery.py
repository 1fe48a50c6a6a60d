"""Signatures that libraries for tokens refuse to make: the ones an attacker brings.

Written from the standards, without the library that verifies: a mistake they shared would go unseen.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256

from accredit.keys.jose import SigningKey

_HMACS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d0101010500")
_NAMED_KEYS = {
    # RFC 5480 section 2.1.1: id-ecPublicKey, and the curve secp256r1.
    "P-256": bytes.fromhex("06072a8648ce3d020106082a8648ce3d030107"),
    # RFC 8410 section 3: id-Ed25519.
    "Ed25519": bytes.fromhex("06032b6570"),
}


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def signature(data: bytes, key: SigningKey | str, *, alg: object) -> bytes:
    """Sign as the header's `alg` says: nothing for `none`, an HMAC for `HS…`, else with the key's own algorithm.

    A text is the secret of the HMAC. Of a key it is the *public* half, the classic confusion of algorithms.
    Source: RFC 8725 section 2.1.
    """
    if str(alg).lower() == "none":
        return b""
    if isinstance(key, str):
        return hmac.digest(key.encode(), data, _HMACS.get(str(alg), hashlib.sha256))
    if (digest := _HMACS.get(str(alg))) is not None:
        return hmac.digest(public_pem(key.public_jwk()), data, digest)
    return _SIGNERS[key.alg](data, key.private_jwk())


def public_pem(jwk: Mapping[str, Any]) -> bytes:
    """Return a public key as PEM, the form in which providers publish keys beside JWKS."""
    text = base64.b64encode(public_der(jwk)).decode("ascii")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()


def public_der(jwk: Mapping[str, Any]) -> bytes:
    """Return a public key of RSA, P-256 or Ed25519 as DER. Source: RFC 5280 section 4.1 (SubjectPublicKeyInfo)."""
    if jwk["kty"] == "RSA":
        numbers = _der(0x30, _der_integer(_number(jwk["n"])), _der_integer(_number(jwk["e"])))
        return _der(0x30, _der(0x30, _RSA_ENCRYPTION), _der(0x03, b"\0", numbers))
    return _der(0x30, _der(0x30, _NAMED_KEYS[jwk["crv"]]), _der(0x03, b"\0", public_point(jwk)))


def public_point(jwk: Mapping[str, Any]) -> bytes:
    """Return the point of a key on a curve. Source: SEC 1 section 2.3.3, uncompressed; RFC 8032 section 5.1.5."""
    if jwk["kty"] == "EC":
        return b"\4" + decoded(jwk["x"]) + decoded(jwk["y"])
    return decoded(jwk["x"])


def decoded(text: str) -> bytes:
    """Return what `encoded` was given."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _es256(data: bytes, jwk: Mapping[str, Any]) -> bytes:
    """Source: RFC 7518 section 3.4: `r` and `s`, 32 bytes each."""
    key = ec.derive_private_key(_number(jwk["d"]), ec.SECP256R1())
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _eddsa(data: bytes, jwk: Mapping[str, Any]) -> bytes:
    return ed25519.Ed25519PrivateKey.from_private_bytes(decoded(jwk["d"])).sign(data)


def _rs256(data: bytes, jwk: Mapping[str, Any]) -> bytes:
    """Source: RFC 8017 section 8.2.1 (RSASSA-PKCS1-v1_5)."""
    return _rsa_key(*(jwk[name] for name in ("n", "e", "p", "q", "d", "dp", "dq", "qi"))).sign(
        data, padding.PKCS1v15(), SHA256()
    )


@lru_cache(64)  # making the key of its numbers takes longer than signing with it
def _rsa_key(*numbers: str) -> rsa.RSAPrivateKey:
    n, e, p, q, d, dp, dq, qi = map(_number, numbers)
    # The key is one that we have made; to prove that it is one takes a hundred times as long as to sign.
    private = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, rsa.RSAPublicNumbers(e, n))
    return private.private_key(unsafe_skip_rsa_key_validation=True)


_SIGNERS = {"RS256": _rs256, "ES256": _es256, "EdDSA": _eddsa}


def _number(value: str) -> int:
    return int.from_bytes(decoded(value), "big")


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _der_integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))
