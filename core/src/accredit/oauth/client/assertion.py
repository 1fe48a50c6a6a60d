"""A client that proves itself with a signed JWT (`private_key_jwt`).

Source: RFC 7523 section 3; OpenID Connect Core 1.0 section 9; RFC 8725.
"""

import base64
import binascii
import hashlib
import itertools
import json
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from accredit.errors import ConfigurationError, InvalidClient
from accredit.keys.jose import InvalidJwt, PublicKeys, read_header
from accredit.settings import ClientSettings
from accredit.storage import ReplayStore

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE_S = 3600
"""An `exp` further ahead than this is refused. Authlib's default is exactly this."""
CLOCK_SKEW_S = 60
"""How far in the future `iat` and `nbf` may lie. `exp` gets no leeway."""
_LONGEST_JTI = 256
_FEWEST_RSA_BITS = 2048

_ALGORITHMS: Mapping[tuple[object, object], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA", "Ed25519"),
}
"""What each kind of key may sign with, by `kty` and `crv`; a key's own `alg` narrows it to one."""
ASSERTION_ALGORITHMS = tuple(algorithm for several in _ALGORITHMS.values() for algorithm in several)


class ClientKeys:
    """The public keys of one client. A JWT needs no `kid` where there is only one.

    Raises:
        ConfigurationError: a key cannot be used, is too weak, or is not public; the message names the client.
    """

    def __init__(self, client_id: str, jwks: object) -> None:
        place = f"client '{client_id}': jwks"
        entries = jwks.get("keys") if isinstance(jwks, dict) else None
        if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
            raise ConfigurationError(f"{place} holds no keys")
        named = [{**entry, "kid": entry.get("kid", f"key {number}")} for number, entry in enumerate(entries, 1)]
        self._algorithms = {str(entry["kid"]): _algorithms(entry, place) for entry in named}
        self._keys = PublicKeys({"keys": named})
        if len(self._keys) != len(named):
            raise ConfigurationError(f"{place} holds a key that cannot be read, or two of one kid")
        self._only = named[0]["kid"] if len(named) == 1 else None

    def verify(self, assertion: str) -> dict[str, Any]:
        """Return the claims of a JWT that one of these keys has signed, with an algorithm of that key's.

        Raises:
            InvalidJwt: anything else.
        """
        kid = read_header(assertion).get("kid", self._only)
        algorithms = self._algorithms.get(kid) if isinstance(kid, str) else None
        if algorithms is None:
            raise InvalidJwt("unknown kid")
        return self._keys.verify(assertion, algorithms=algorithms, kid=self._only)


class ClientAssertions:
    """Judge the JWTs of the clients that use them. Key files are read at once.

    `audiences` are our names. `clock` returns epoch seconds.

    Raises:
        ConfigurationError: a client's keys cannot be used.
    """

    def __init__(
        self,
        clients: Mapping[str, ClientSettings],
        *,
        audiences: Collection[str],
        replays: ReplayStore,
        clock: Callable[[], float],
    ) -> None:
        self._keys = {
            client_id: ClientKeys(client_id, client.jwks if client.jwks_path is None else _read(client_id, client))
            for client_id, client in clients.items()
            if client.auth_method == "private_key_jwt"
        }
        self._audiences = frozenset(audiences)
        self._replays = replays
        self._clock = clock

    def verify_for_nobody(self, assertion: str) -> None:
        """Do the work of `check` for a client without keys, with those of another one, and forget the outcome."""
        for keys in itertools.islice(self._keys.values(), 1):
            with suppress(InvalidJwt):
                keys.verify(assertion)

    async def check(self, client_id: str, assertion: str) -> None:
        """Let a client in whose JWT is its own, for us, current, and seen for the first time.

        Raises:
            InvalidClient: a check fails.
            StorageFailed: nobody can tell whether it was seen before.
        """
        try:
            claims = self._keys[client_id].verify(assertion)
        except InvalidJwt as exc:
            raise InvalidClient(f"assertion: not a good JWT: {exc}") from None
        if claims.get("iss") != client_id or claims.get("sub") != client_id:
            raise InvalidClient("assertion: iss or sub is not the client")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if not audiences or not all(isinstance(one, str) and one in self._audiences for one in audiences):
            raise InvalidClient("assertion: aud is not us alone")
        expires_at, jti = self._check_times(claims), claims.get("jti")
        if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_JTI:
            raise InvalidClient("assertion: jti is missing")
        # Last: nobody else can use up a client's ids. Hashed, so that one client's are never another's.
        digest = hashlib.sha256(json.dumps([client_id, jti]).encode()).hexdigest()
        if not await self._replays.first_use(f"client_assertion:{digest}", expires_at):
            raise InvalidClient("assertion: used before")

    def _check_times(self, claims: Mapping[str, Any]) -> int:
        now, expires_at = self._clock(), claims.get("exp")
        if type(expires_at) is not int:  # not isinstance: True is an int
            raise InvalidClient("assertion: exp is missing or no integer")
        if now >= expires_at:
            raise InvalidClient("assertion: it has expired")
        if expires_at > now + LONGEST_LIFE_S + CLOCK_SKEW_S:
            raise InvalidClient("assertion: exp is too far ahead")
        for name in ("iat", "nbf"):
            value = claims.get(name, 0)
            if type(value) is not int or value > now + CLOCK_SKEW_S:
                raise InvalidClient(f"assertion: {name} is no integer or lies in the future")
        return expires_at


def claimed_client(assertion: str) -> str | None:
    """Return the unverified `sub`: whose keys to try, and nothing else. RFC 7521 section 4.2 lets clients leave out
    `client_id`."""
    parts = assertion.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, binascii.Error, ValueError, RecursionError):
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) else None


def _algorithms(jwk: Mapping[str, Any], place: str) -> tuple[str, ...]:
    if not {"d", "k", "p", "q"}.isdisjoint(jwk):
        raise ConfigurationError(f"{place} holds a private or symmetric key; only public keys belong there")
    fitting = _ALGORITHMS.get((jwk.get("kty"), jwk.get("crv")), ())
    if jwk.get("kty") == "RSA" and _bits(jwk.get("n")) < _FEWEST_RSA_BITS:
        raise ConfigurationError(f"{place} holds an RSA key of less than {_FEWEST_RSA_BITS} bits")
    chosen = tuple(one for one in fitting if jwk.get("alg", one) == one)
    if not chosen:
        raise ConfigurationError(f"{place} holds a key, or an alg, that no assertion may be signed with")
    return chosen


def _bits(number: object) -> int:
    try:
        raw = base64.urlsafe_b64decode(number + "=" * (-len(number) % 4)) if isinstance(number, str) else b""
    except ValueError:
        return 0
    return int.from_bytes(raw).bit_length()


def _read(client_id: str, client: ClientSettings) -> object:
    path = Path(client.jwks_path or "")
    try:
        return json.loads(path.read_bytes())
    except OSError as exc:
        raise ConfigurationError(f"client '{client_id}': jwks_path: cannot read {path}: {exc.strerror}") from exc
    except (ValueError, RecursionError):
        raise ConfigurationError(f"client '{client_id}': jwks_path: {path} is no JSON") from None
