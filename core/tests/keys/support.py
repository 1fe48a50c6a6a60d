"""What the tests of the keys share."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from accredit import hookimpl
from accredit.keys.jose import SigningKey, assemble
from accredit.keys.stored import StoredKey

NOW = 1_800_000_000
HOUR = 3600


class Clock:
    """Epoch seconds, moved by hand."""

    def __init__(self) -> None:
        self.now: float = NOW

    def __call__(self) -> float:
        return self.now


def states(stored: tuple[StoredKey, ...]) -> dict[str, str]:
    """Return what each key does, by its name."""
    return {one.key.kid: one.state for one in stored}


def in_file(path: Path) -> dict[str, str]:
    """Return the same for a plain file."""
    return {one["kid"]: one["state"] for one in json.loads(path.read_bytes())["keys"]}


class Vault:
    """A key management service with one P-256 key: it signs digests, answers in DER, and is reached by a network."""

    alg = "ES256"
    kid = "vault-1"

    def __init__(self, kid: str = "vault-1") -> None:
        self.kid = kid
        self._key = SigningKey.generate("ES256")
        jwk = self._key.private_jwk()
        self._private = ec.derive_private_key(int.from_bytes(_decoded(jwk["d"])), ec.SECP256R1())
        self.signed: list[str] = []

    def public_jwk(self) -> Mapping[str, Any]:
        return self._key.public_jwk()

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        self.signed.append(typ)
        return assemble(claims, alg=self.alg, kid=self.kid, typ=typ, signature_of=self._raw)

    def _raw(self, data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(self._private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


def _decoded(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


class Plugged:
    """A plugin that names a signer, whatever that is."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer

    @hookimpl
    def signer(self) -> Any:
        return self._signer
