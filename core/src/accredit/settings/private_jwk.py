"""A private key that is written as a JWK. Source: RFC 7517; RFC 7518 section 6."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any

_NO_KEY = "is no private key as a JWK"


def is_jwk(text: str) -> bool:
    """Tell a JWK from PEM, and from a path, by its first character."""
    return text.lstrip().startswith("{")


def pem_of_jwk(text: str) -> str:
    """Return the private key of a JWK, as PEM; which keys are good is not judged here. No sentence quotes it.

    Raises:
        ValueError: it is none, or one that is not for signatures.
    """
    # Loaded here, as in `private_key`.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    try:
        jwk = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(_NO_KEY) from None
    if "keys" in jwk:
        raise ValueError("is a key set: write one key of it")
    operations = jwk.get("key_ops", ["sign"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "sign" not in operations:
        raise ValueError("is a JWK whose use is not to sign")
    if jwk.get("alg") not in (None, "ES256", "RS256"):
        raise ValueError("is a JWK for another algorithm than ES256 and RS256")
    try:
        key = _read(jwk)
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm):  # their own text may quote the value
        raise ValueError(_NO_KEY) from None
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def _read(jwk: Mapping[str, Any]) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    match jwk["kty"]:
        case "EC":
            curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
            point = ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curves[jwk["crv"]])
            return ec.EllipticCurvePrivateNumbers(_number(jwk, "d"), point).private_key()
        case "RSA" if "oth" not in jwk:
            public = rsa.RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n"))
            p, q, d, dmp1, dmq1, iqmp = (_number(jwk, name) for name in ("p", "q", "d", "dp", "dq", "qi"))
            return rsa.RSAPrivateNumbers(p, q, d, dmp1, dmq1, iqmp, public).private_key()
    raise ValueError(_NO_KEY)


def _number(jwk: Mapping[str, Any], name: str) -> int:
    member = jwk[name]
    return int.from_bytes(urlsafe_b64decode(member + "=" * (-len(member) % 4)))
