"""Issue ID tokens as an OpenID provider does, and the ones that no honest provider would."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from accredit.keys.jose import SigningKey
from accredit.testing.simulator.forgery import encoded, signature
from accredit.testing.simulator.people import Person

__all__ = ["IdTokenIssuer", "SigningKey"]

HS256 = "HS256"


class IdTokenIssuer:
    """The keys of a simulated provider, and its ID tokens.

    `clock` returns epoch seconds. `claims` makes the payload of a valid token from a person and now; what is None in
    it is left out. `algorithm` is `RS256`, `ES256` or `EdDSA`; with `secret`, a secret of the connection's settings,
    it is `HS256`, and no key is published. `max_age_s` and `directives` become the `Cache-Control` of the key set. Set
    `keys_down` to make the key set's endpoint fail.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        claims: Callable[[Person, int], dict[str, Any]],
        *,
        algorithm: str = "RS256",
        secret: str | None = None,
        max_age_s: int = 3600,
        directives: Sequence[str] = ("public",),
    ) -> None:
        self.clock = clock
        self.algorithm = algorithm if secret is None else HS256
        self.max_age_s = max_age_s
        self.keys_down = False
        self._make_claims = claims
        self._secret = secret
        self._directives = tuple(directives)
        self._keys: tuple[SigningKey, ...] = ()
        self._lock = threading.Lock()  # a served simulator lives in a thread of its own

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """The published keys: the one that signs, then the one before it. The first is made when it is needed.

        None where a secret signs.
        """
        with self._lock:
            if not self._keys and self._secret is None:
                self._keys = (self.stranger(),)
            return self._keys

    @property
    def has_keys(self) -> bool:
        """Tell whether keys sign, and no secret."""
        return self._secret is None

    def sign_with(self, key: SigningKey) -> None:
        """Sign with this key, and publish no other: to make one for many simulators, since RSA takes its time.

        Raises:
            ValueError: a secret signs.
        """
        if not self.has_keys:
            raise ValueError("a secret signs: no key can take its place")
        with self._lock:
            self._keys = (key,)

    def share_key(self, name: str) -> None:
        """Sign with the key that has this name in this process, unless there is one: a new RSA key takes its time."""
        with self._lock:
            if not self._keys and self._secret is None:
                self._keys = (_shared_key(name, self.algorithm),)

    def rotate(self) -> None:
        """Sign with a new key from now on; the last one stays published, older ones are gone.

        Raises:
            ValueError: a secret signs.
        """
        if self._secret is not None:
            raise ValueError("a secret signs: there are no keys to rotate")
        before = self.keys
        with self._lock:
            self._keys = (self.stranger(), *before[:1])

    def is_signed_with(self, secret: str) -> bool:
        """Tell whether this is the secret that signs."""
        return self._secret == secret

    def stranger(self) -> SigningKey:
        """Return a new key of our algorithm, or, where a secret signs, one that a careless verifier might take.

        It is none of ours until it signs.
        """
        return SigningKey.generate("RS256" if self._secret is not None else self.algorithm)

    def claims(self, someone: Person) -> dict[str, Any]:
        """Return the payload of a token that is valid now."""
        return _without_none(self._make_claims(someone, int(self.clock())))

    def mint(
        self,
        someone: Person,
        *,
        changes: Mapping[str, object] | None = None,
        header: Mapping[str, object] | None = None,
        key: SigningKey | str | None = None,
    ) -> str:
        """Return a signed token.

        `changes` are claims that differ from the valid ones, `header` parts of the header; None removes one. `key`
        signs instead of ours: a text is a secret for `HS256`. With another `alg` in the header, `none` leaves the
        signature empty, and `HS256` makes it an HMAC, of a key with its public half as the secret.
        """
        signer = next(one for one in (key, self._secret, *self.keys[:1]) if one is not None)
        usual = {"alg": HS256} if isinstance(signer, str) else {"alg": signer.alg, "kid": signer.kid}
        stated = _without_none({**usual, "typ": "JWT", **(header or {})})
        claims = _without_none({**self.claims(someone), **(changes or {})})
        signed = f"{_part(stated)}.{_part(claims)}"
        return f"{signed}.{encoded(signature(signed.encode(), signer, alg=stated.get('alg')))}"

    def jwks_response(self) -> Response:
        """Return the key set, for the simulator's route; 503 while `keys_down`."""
        if self.keys_down:
            return HTMLResponse("<!DOCTYPE html><title>503 Service Unavailable</title>", 503)
        first, *others = self._directives
        cache_control = ", ".join((first, f"max-age={self.max_age_s}", *others))
        keys = [key.public_jwk() for key in self.keys]
        return JSONResponse({"keys": keys}, headers={"Cache-Control": cache_control})


@cache
def _shared_key(name: str, algorithm: str) -> SigningKey:
    return SigningKey.generate(algorithm)


def _part(fields: Mapping[str, Any]) -> str:
    # As short as an issuer makes it: what is too long is refused for that alone.
    return encoded(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
