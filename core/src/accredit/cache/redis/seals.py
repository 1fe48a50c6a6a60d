"""What hides what is kept from whoever can read the server, and shows what somebody else has written there.

Source: RFC 5869 (HKDF), NIST SP 800-38D (GCM). Each entry has a key of its own, made from its name: so no number of
entries is too many for nonces at random.
"""

import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE_BYTES = 12
_NAME_BYTES = 16


class NotOurs(Exception):
    """Say that a value was not sealed by us under its name: somebody has written to the server."""


class Seals:
    """Names and values under some keys of 32 bytes, of which the first seals and each opens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._names = [hmac.new(_derived(key, b"names"), digestmod="sha256") for key in keys]
        self._values = [hmac.new(_derived(key, b"values"), digestmod="sha256") for key in keys]

    def name(self, what: bytes) -> str:
        """Return the name that the first key gives to something: 32 characters."""
        return _made(self._names[0], what)[:_NAME_BYTES].hex()

    def names(self, what: bytes) -> list[str]:
        """Return the names that the keys give to it, the first key's first."""
        return [_made(one, what)[:_NAME_BYTES].hex() for one in self._names]

    def seal(self, what: bytes, value: bytes) -> bytes:
        """Return a value that only `unseal` with the same `what` returns again."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + AESGCM(_made(self._values[0], what)).encrypt(nonce, value, _VERSION + what)

    def unseal(self, what: bytes, sealed: bytes, number: int = 0) -> bytes:
        """Return what was sealed with the key of that number.

        Raises:
            NotOurs: it was not, or not under `what`, or was changed.
        """
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _VERSION or len(nonce) != _NONCE_BYTES:
            raise NotOurs
        try:
            return AESGCM(_made(self._values[number], what)).decrypt(nonce, rest, _VERSION + what)
        except InvalidTag:
            raise NotOurs from None


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=b"accredit cache 1", info=purpose).derive(key)


def _made(begun: hmac.HMAC, what: bytes) -> bytes:
    mac = begun.copy()
    mac.update(what)
    return mac.digest()
