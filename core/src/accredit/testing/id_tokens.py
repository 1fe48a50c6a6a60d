"""Issue ID tokens as an OpenID provider does, and the ones that no honest provider would."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from accredit.jose import SigningKey
from accredit.testing.forgery import encoded, signature
from accredit.testing.people import Person

ALGORITHM = "RS256"


class IdTokenIssuer:
    """The keys of a simulated provider, and its ID tokens.

    `clock` returns epoch seconds. `claims` makes the payload of a valid token from a person and now; what is None in
    it is left out. `max_age_s` and `directives` become the `Cache-Control` of the key set. Set `keys_down` to make
    the key set's endpoint fail.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        claims: Callable[[Person, int], dict[str, Any]],
        *,
        max_age_s: int = 3600,
        directives: Sequence[str] = ("public",),
    ) -> None:
        self.clock = clock
        self.max_age_s = max_age_s
        self.keys_down = False
        self._make_claims = claims
        self._directives = tuple(directives)
        self._keys: tuple[SigningKey, ...] = ()
        self._lock = threading.Lock()  # a served simulator lives in a thread of its own

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """The published keys: the one that signs, then the one before it. The first is made when it is needed."""
        with self._lock:
            if not self._keys:
                self._keys = (SigningKey.generate(ALGORITHM),)
            return self._keys

    def rotate(self) -> None:
        """Sign with a new key from now on; the last one stays published, older ones are gone."""
        before = self.keys
        with self._lock:
            self._keys = (SigningKey.generate(ALGORITHM), *before[:1])

    def claims(self, someone: Person) -> dict[str, Any]:
        """Return the payload of a token that is valid now."""
        return _without_none(self._make_claims(someone, int(self.clock())))

    def mint(
        self,
        someone: Person,
        *,
        changes: Mapping[str, object] | None = None,
        header: Mapping[str, object] | None = None,
        key: SigningKey | None = None,
    ) -> str:
        """Return a signed token.

        `changes` are claims that differ from the valid ones, `header` parts of the header; None removes one. `key`
        signs instead of ours. With another `alg` in the header, `none` leaves the signature empty, and `HS256` makes
        it an HMAC with the public key as the secret.

        Raises:
            ValueError: `header` is given, and `key` is not for RS256.
        """
        signer = key or self.keys[0]
        claims = _without_none({**self.claims(someone), **(changes or {})})
        if header is None:
            return signer.sign(claims, typ="JWT")
        if signer.alg != ALGORITHM:
            raise ValueError(f"a changed header takes a key for {ALGORITHM}")
        stated = _without_none({"alg": ALGORITHM, "kid": signer.kid, "typ": "JWT", **header})
        signed = f"{encoded(json.dumps(stated).encode())}.{encoded(json.dumps(claims).encode())}"
        return f"{signed}.{encoded(signature(signed.encode(), signer, alg=stated.get('alg')))}"

    def jwks_response(self) -> Response:
        """Return the key set, for the simulator's route; 503 while `keys_down`."""
        if self.keys_down:
            return HTMLResponse("<!DOCTYPE html><title>503 Service Unavailable</title>", 503)
        first, *others = self._directives
        cache_control = ", ".join((first, f"max-age={self.max_age_s}", *others))
        keys = [key.public_jwk() for key in self.keys]
        return JSONResponse({"keys": keys}, headers={"Cache-Control": cache_control})


def _without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
