"""Signatures and keys: the only module that knows joserfc.

Algorithms are always pinned by the caller, never taken from a token's header.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, KeyParameters, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, extract_compact

Key = RSAKey | ECKey | OKPKey

_SIGNING = ("RS256", "ES256", "EdDSA")
_VERIFYING = frozenset({*_SIGNING, "RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512", "Ed25519"})
"""Asymmetric algorithms only: neither `none` nor a MAC keyed with something public, whoever asks for it."""
_AT_HASH = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}


class InvalidJwt(Exception):
    """Say that a JWT is malformed, badly signed, or signed with what is not accepted."""


class _PinnedRegistry(JWSRegistry):
    """Allow exactly the named algorithms.

    joserfc's own registry warns on every use of `EdDSA`, because RFC 9864 prefers the name `Ed25519`; verifiers
    in the field know the old name.
    """

    def get_alg(self, name: str) -> Any:
        if not self.allowed or name not in self.allowed or name not in _VERIFYING:
            raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
        return self.algorithms[name]


class SigningKey:
    """A private key of ours, with its algorithm and `kid` (RFC 7638 thumbprint).

    Raises:
        ValueError: `jwk` is no private key for one of our algorithms.
    """

    def __init__(self, jwk: Mapping[str, Any]) -> None:
        try:
            self._key = KeySet.import_key_set({"keys": [dict(jwk)]}).keys[0]
            self.alg = str(jwk["alg"])
            self.kid = str(jwk["kid"])
        except (JoseError, TypeError, KeyError) as exc:
            raise ValueError("not a key") from exc
        if self.alg not in _SIGNING or not self._key.is_private:
            raise ValueError("not a private signing key")
        self._registry = _PinnedRegistry(algorithms=[self.alg])

    @classmethod
    def generate(cls, alg: str) -> "SigningKey":
        """Make a new key: RSA 2048, P-256 or Ed25519."""
        parameters: KeyParameters = {"use": "sig", "alg": alg}
        key: Key
        match alg:
            case "RS256":
                key = RSAKey.generate_key(2048, parameters, private=True, auto_kid=True)
            case "ES256":
                key = ECKey.generate_key("P-256", parameters, private=True, auto_kid=True)
            case "EdDSA":
                key = OKPKey.generate_key("Ed25519", parameters, private=True, auto_kid=True)
            case _:
                raise ValueError(f"cannot sign with {alg}")
        return cls(key.as_dict(private=True))

    def private_jwk(self) -> dict[str, Any]:
        """Return the whole key, for the key file only."""
        return dict(self._key.as_dict(private=True))

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half, for `/.well-known/jwks.json`."""
        return dict(self._key.as_dict(private=False))

    def sign(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """Return `claims` as a compact JWS with header `alg`, `kid`, `typ`."""
        header = {"alg": self.alg, "kid": self.kid, "typ": typ}
        return jwt.encode(header, dict(claims), self._key, registry=self._registry)

    def at_hash(self, access_token: str) -> str:
        """Return the left half of the token's hash. Source: OpenID Connect Core 1.0 section 3.1.3.6."""
        digest = _AT_HASH[self.alg](access_token.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")


class PublicKeys:
    """A JWKS somebody published, by `kid`. Keys that cannot be read, or are not for signatures, are left out."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._keys: dict[str, Any] = {}
        entries = jwks.get("keys")
        for entry in entries if isinstance(entries, list) else []:
            if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") == "oct":
                continue
            try:
                key = KeySet.import_key_set({"keys": [entry]}).keys[0]
            except (JoseError, ValueError, TypeError, KeyError):
                continue
            if isinstance(kid := entry.get("kid"), str):
                self._keys[kid] = key

    def __contains__(self, kid: object) -> bool:
        return kid in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def verify(self, token: str, *, algorithms: Sequence[str]) -> dict[str, Any]:
        """Return the claims of a JWT signed by one of these keys with one of `algorithms`.

        Raises:
            InvalidJwt: anything else.
        """
        try:
            key = self._keys[read_header(token)["kid"]]
            return dict(jwt.decode(token, key, registry=_PinnedRegistry(algorithms=list(algorithms))).claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as exc:
            raise InvalidJwt(type(exc).__name__) from exc


def read_header(token: str) -> dict[str, Any]:
    """Return the unverified header of a compact JWS, to look up its `kid` and nothing else.

    Raises:
        InvalidJwt: the token is no compact JWS.
    """
    try:
        return dict(extract_compact(token.encode("ascii")).headers())
    except (JoseError, ValueError, TypeError, RecursionError) as exc:
        raise InvalidJwt(type(exc).__name__) from exc
