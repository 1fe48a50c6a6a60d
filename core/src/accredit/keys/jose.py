"""Signatures and keys: the only module that knows joserfc.

Algorithms are always pinned by the caller, never taken from a token's header.
"""

import functools
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from joserfc import jwe, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwe import JWERegistry
from joserfc.jwk import ECKey, KeyParameters, KeySet, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, extract_compact
from joserfc.util import urlsafe_b64decode
from pydantic_core import to_json

from accredit._base64url import base64url
from accredit.keys.signatures import signs_with

__all__ = ["SigningKey", "assemble"]
"""What hosts and plugins may use; the rest is core's own."""

Key = RSAKey | ECKey | OKPKey

_SIGNING = ("RS256", "ES256", "EdDSA")
ASYMMETRIC = frozenset({*_SIGNING, "RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512", "Ed25519"})
"""What a published key may verify: neither `none` nor a MAC keyed with something public, whoever asks for it."""
_MAC = "HS256"
"""For a secret that a provider shares with us alone; see `verify_mac`."""
_ENCRYPTION = JWERegistry(algorithms=["dir", "A256GCM"])
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
"""By the end of an algorithm's name. Source: RFC 7518 section 3.1."""

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of a JWK that nobody should publish. Source: RFC 7518 sections 6.2.2, 6.3.2 and 6.4."""
_PLAIN_HEADER = {"alg", "kid", "typ"}
_MOST_JUDGED = 64
"""Headers remembered of one key set: each of its keys has a few."""

LONGEST_TOKEN = 16_384
"""Characters. Our endpoints refuse a longer one, so none is issued."""


class InvalidJwt(Exception):
    """Say that a JWT is malformed, badly signed, or signed with what is not accepted."""


class _PinnedRegistry(JWSRegistry):
    """Allow exactly the named algorithms.

    joserfc's own registry warns on every use of `EdDSA`, because RFC 9864 prefers the name `Ed25519`; verifiers
    in the field know the old name.
    """

    def get_alg(self, name: str) -> Any:
        if not self.allowed or name not in self.allowed or name not in ASYMMETRIC:
            raise UnsupportedAlgorithmError(f"Algorithm of '{name}' is not allowed")
        return self.algorithms[name]


class _MacRegistry(JWSRegistry):
    """Allow HS256 and nothing else. Apart from the other one, so that no list of algorithms can mix the two kinds."""

    def get_alg(self, name: str) -> Any:
        if name != _MAC:
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
        try:
            _PinnedRegistry.algorithms[self.alg].check_key(self._key)
            self._signature_of = signs_with(self.alg, self._key.get_op_key("sign"))
        except JoseError as exc:
            raise ValueError("not a key for its algorithm") from exc

    @classmethod
    def generate(cls, alg: str) -> "SigningKey":
        """Make a new key: RSA 2048, P-256 or Ed25519.

        Its `kid`, a thumbprint, begins with no dash, as one of 64 would: a command line takes that for an option.
        """
        while (made := cls._generate(alg)).kid.startswith("-"):
            pass
        return made

    @classmethod
    def _generate(cls, alg: str) -> "SigningKey":
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
        unsigned = f"{_header(self.alg, self.kid, typ)}.{base64url(to_json(claims))}"
        return f"{unsigned}.{base64url(self._signature_of(unsigned.encode('ascii')))}"

    def derived(self, purpose: bytes) -> bytes:
        """Return a secret of 32 bytes that only those have who have this key, another one for each purpose."""
        private = str(self.private_jwk()["d"])  # of RSA, elliptic curves and Ed25519 alike
        return hmac.digest(private.encode("ascii"), purpose, "sha256")

    def at_hash(self, access_token: str) -> str:
        """Return the token's hash for the ID token beside it; see `at_hash`."""
        return at_hash(self.alg, access_token)


class Jwt(NamedTuple):
    """A JWT whose signature is good."""

    header: Mapping[str, Any]
    claims: dict[str, Any]
    key: Mapping[str, Any]
    """The JWK that verified it, as it was published, without what would be private."""


KeyName = str | tuple[int]
"""A `kid`; of a key that has none its place in the set, which no `kid` in JSON is equal to."""


class _Published(NamedTuple):
    """A key that can verify, and the public members of its JWK."""

    key: Any
    members: Mapping[str, Any]


class _Judged(NamedTuple):
    """A header that a token with a good signature had, and what verifies the next signature under it."""

    header: Mapping[str, Any]
    algorithm: Any
    published: _Published


class PublicKeys:
    """A JWKS somebody published, by `kid`. Keys that cannot be read, or are not for signatures, are left out.

    A header is judged once: who signs puts the same one on each of his tokens. The signature is verified each time.
    """

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._keys: dict[KeyName, _Published] = {}
        self._judged: dict[tuple[str, KeyName | None, tuple[str, ...]], _Judged] = {}
        entries = jwks.get("keys")
        for place, entry in enumerate(entries if isinstance(entries, list) else []):
            if not isinstance(entry, dict) or entry.get("use", "sig") != "sig" or entry.get("kty") == "oct":
                continue
            try:
                key = KeySet.import_key_set({"keys": [entry]}).keys[0]
            except (JoseError, ValueError, TypeError, KeyError):
                continue
            kid = entry.get("kid", (place,))
            if isinstance(kid, str | tuple):
                members = {name: value for name, value in entry.items() if name not in _PRIVATE}
                self._keys[kid] = _Published(key, MappingProxyType(members))

    def __contains__(self, kid: object) -> bool:
        """Tell whether there is a key of that `kid`; for None, whether there is one at all."""
        return bool(self._keys) if kid is None else kid in self._keys

    def only_for(self, algorithm: str) -> KeyName:
        """Return the name of the one key that can verify `algorithm`, for a JWT that does not name its key.

        Source: OpenID Connect Core 1.0 section 10.1: a `kid` must be there where there are several keys.

        Raises:
            InvalidJwt: none can, or several.
        """
        fitting = [name for name, one in self._keys.items() if _fits(one.key, algorithm)]
        if len(fitting) != 1:
            raise InvalidJwt(f"no kid, and {len(fitting)} keys for its alg")
        return fitting[0]

    def __len__(self) -> int:
        return len(self._keys)

    def verify(self, token: str, *, algorithms: Sequence[str], kid: KeyName | None = None) -> dict[str, Any]:
        """Return the claims of a JWT signed by one of these keys with one of `algorithms`.

        `kid` names the key of a JWT that does not name its own.

        Raises:
            InvalidJwt: anything else.
        """
        return self.read(token, algorithms=algorithms, kid=kid).claims

    def read(self, token: str, *, algorithms: Sequence[str], kid: KeyName | None = None) -> Jwt:
        """Do the same, and return the header and the key as well."""
        pinned = kid, tuple(algorithms)
        try:
            signed, _, signature = token.rpartition(".")
            head, _, payload = signed.partition(".")
            judged = self._judged.get((head, *pinned))
            if judged is None or len(token) > LONGEST_TOKEN:
                return self._judge(token, head, *pinned)
            # A third point would be no base64.
            claims, raw = urlsafe_b64decode(payload.encode("ascii")), urlsafe_b64decode(signature.encode("ascii"))
            if not judged.algorithm.verify(signed.encode("ascii"), raw, judged.published.key):
                raise InvalidJwt("BadSignatureError")
            return Jwt(judged.header, _object(claims), judged.published.members)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as exc:
            raise InvalidJwt(type(exc).__name__) from exc

    def _judge(self, token: str, head: str, kid: KeyName | None, algorithms: tuple[str, ...]) -> Jwt:
        header = read_header(token)
        published = self._keys[header["kid"] if kid is None else header.get("kid", kid)]
        registry = _PinnedRegistry(algorithms=algorithms)
        found = Jwt(header, dict(jwt.decode(token, published.key, registry=registry).claims), published.members)
        # Only what has a good signature is remembered, so nobody else can fill this; and only what is plain: another
        # parameter could change how the rest is read.
        if header.keys() <= _PLAIN_HEADER and len(self._judged) < _MOST_JUDGED:
            self._judged[head, kid, algorithms] = _Judged(header, registry.get_alg(header["alg"]), published)
        return found


def _fits(key: Key, algorithm: str) -> bool:
    """Tell whether a key is of the kind, the curve and the declared `alg` that an algorithm needs."""
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
    except JoseError:
        return False
    return True


def _object(value: bytes) -> dict[str, Any]:
    claims = json.loads(value)
    if not isinstance(claims, dict):
        raise TypeError("no object")
    return claims


def verify_mac(token: str, secret: str) -> dict[str, Any]:
    """Return the claims of a JWT that is authenticated with HS256 and a secret; its `kid`, if any, says nothing.

    Raises:
        InvalidJwt: anything else, also another algorithm.
        ValueError: `secret` is a public key or a certificate, and so no secret.
    """
    key = OctKey.import_key(secret.encode())
    try:
        return dict(jwt.decode(token, key, registry=_MacRegistry()).claims)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as exc:
        raise InvalidJwt(type(exc).__name__) from exc


def at_hash(alg: str, access_token: str) -> str:
    """Return the left half of the token's hash, by the hash of the algorithm that signs: of EdDSA that is SHA-512.

    Source: OpenID Connect Core 1.0 section 3.1.3.6; RFC 8032 section 5.1 (Ed25519).
    """
    digest = _HASHES.get(alg[-3:], hashlib.sha512)(access_token.encode()).digest()
    return base64url(digest[: len(digest) // 2])


def public_part(jwk: Mapping[str, Any], *, alg: str, kid: str) -> dict[str, Any]:
    """Return a public key as it is published, under our `alg` and `kid`.

    Raises:
        ValueError: `jwk` is no asymmetric key, holds a private part, or `alg` is none of ours.
    """
    try:
        key = KeySet.import_key_set({"keys": [dict(jwk)]}).keys[0]
    except (JoseError, TypeError, KeyError) as exc:
        raise ValueError("not a key") from exc
    if alg not in _SIGNING or not isinstance(key, Key) or key.is_private:
        raise ValueError("not a public key for one of our algorithms")
    return {**key.as_dict(private=False), "use": "sig", "alg": alg, "kid": kid}


def assemble(claims: Mapping[str, Any], *, alg: str, kid: str, typ: str, signature_of: Callable[[bytes], bytes]) -> str:
    """Return `claims` as a compact JWS that somebody else signs: what a `Signer` returns from `sign`.

    `signature_of` gets the bytes to sign and returns the raw signature: for ES256 the 64 bytes of `r` and `s`
    (RFC 7518 section 3.4), not the DER form that most key services answer with.
    """
    unsigned = f"{_header(alg, kid, typ)}.{base64url(_json(dict(claims)))}"
    return f"{unsigned}.{base64url(signature_of(unsigned.encode('ascii')))}"


@functools.lru_cache(maxsize=64)
def _header(alg: str, kid: str, typ: str) -> str:
    """Return the header of a JWS, encoded: the same for each token of a kind that a key signs."""
    return base64url(_json({"alg": alg, "kid": kid, "typ": typ}))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def encrypt(plaintext: bytes, key: bytes, *, cty: str) -> str:
    """Return `plaintext` as a compact JWE, with A256GCM under a key of 32 bytes (RFC 7518 sections 4.5 and 5.3)."""
    header = {"alg": "dir", "enc": "A256GCM", "cty": cty}
    return jwe.encrypt_compact(header, plaintext, OctKey.import_key(key), registry=_ENCRYPTION)


def decrypt(token: str, key: bytes, *, cty: str) -> bytes:
    """Return what `encrypt` has encrypted under this key, with this `cty`.

    Raises:
        InvalidJwt: it was another key, something else was encrypted, or the text is not as it was.
    """
    try:
        found = jwe.decrypt_compact(token, OctKey.import_key(key), registry=_ENCRYPTION)
        stated = found.headers().get("cty")
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as exc:
        raise InvalidJwt(type(exc).__name__) from exc
    if stated != cty:
        raise InvalidJwt("another content type")
    return found.plaintext or b""


def read_header(token: str) -> dict[str, Any]:
    """Return the unverified header of a compact JWS, to look up its `kid` and nothing else.

    Raises:
        InvalidJwt: the token is no compact JWS.
    """
    try:
        return dict(extract_compact(token.encode("ascii")).headers())
    except (JoseError, ValueError, TypeError, RecursionError) as exc:
        raise InvalidJwt(type(exc).__name__) from exc
