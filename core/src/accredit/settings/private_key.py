"""Private keys of ours at a provider: what proves to it who we are, where a shared secret does not.

A setting holds the key itself, as text in PEM (PKCS#8, SEC 1 or PKCS#1, not encrypted) or as a JWK on one line, or the
path of a file with it. In an environment variable the lines of PEM may be joined by `\\n`. Whatever is written, the
value is the key in PEM.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, SecretStr

from accredit.settings.private_jwk import is_jwk, pem_of_jwk

_PEM = "-----BEGIN "
_MAX_BYTES = 65_536
_SHORTEST_RSA = 2048
"""Bits. Source: RFC 7518 section 3.3."""
_KINDS = {"ES256": "an EC key on P-256", "RS256": "an RSA key"}


class ReadKey(NamedTuple):
    """A private key of `cryptography`, and the algorithm by which it signs: `ES256` or `RS256`."""

    algorithm: str
    key: Any


def read_private_key(pem: str) -> ReadKey:
    """Return the private key that a text holds. No sentence quotes it.

    Raises:
        ValueError: it is none.
    """
    # Loaded here, because most settings have no such key, and it takes 30 ms.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except TypeError:
        raise ValueError("is an encrypted key: write it without a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):  # their own text may quote the value
        raise ValueError("is no private key in PEM") from None
    if isinstance(key, EllipticCurvePrivateKey):
        if not isinstance(key.curve, SECP256R1):
            raise ValueError("is an EC key on another curve than P-256")
        return ReadKey("ES256", key)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("is neither an RSA key nor an EC key on P-256")
    if key.key_size < _SHORTEST_RSA:
        raise ValueError(f"is an RSA key of less than {_SHORTEST_RSA} bits")
    return ReadKey("RS256", key)


def is_path(value: object) -> bool:
    """Tell whether what is written for a key is the path of a file."""
    return isinstance(value, str) and value != "" and not value.startswith(_PEM) and not is_jwk(value)


def _checked(value: SecretStr, *, algorithm: str | None) -> SecretStr:
    written = value.get_secret_value()
    text = _read(written) if is_path(written) else written
    pem = pem_of_jwk(text) if is_jwk(text) else text.replace("\\n", "\n")
    fitting = read_private_key(pem).algorithm
    if algorithm not in {None, fitting}:
        raise ValueError(f"is {_KINDS[fitting]}: it must be {_KINDS[str(algorithm)]}")
    return SecretStr(pem)


def _read(written: str) -> str:
    """Return what stands in a file. Its path is not told: somebody may have written a key without its first line."""
    path = Path(written)
    problem = "is neither a private key in PEM or as a JWK, nor the path of a file that can be read"
    try:
        if not path.is_file():  # a pipe's writer may never come
            raise ValueError(problem)
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError:
        raise ValueError(problem) from None
    try:
        text = content.decode("ascii").strip()
    except UnicodeDecodeError:
        text = ""
    if len(content) > _MAX_BYTES or not (text.startswith(_PEM) or is_jwk(text)):
        raise ValueError("is the path of a file that holds no private key in PEM or as a JWK")
    return text


def _of(algorithm: str | None) -> Callable[[SecretStr], SecretStr]:
    return partial(_checked, algorithm=algorithm)


PrivateKey = Annotated[SecretStr, AfterValidator(_of(None))]
"""A private key of ours: RSA of 2048 bits or more, or EC on P-256. In PEM, as a JWK, or the path of a file with
it; shown nowhere.

Call such a setting `private_key`, or let its name end in `_private_key`: then a relative path begins at the settings
file.
"""
EcPrivateKey = Annotated[SecretStr, AfterValidator(_of("ES256"))]
"""The same, for a provider that takes ES256 alone."""
RsaPrivateKey = Annotated[SecretStr, AfterValidator(_of("RS256"))]
"""The same, for a provider that takes RS256 alone."""
