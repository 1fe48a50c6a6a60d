"""Mint ID tokens as Google does, and the samples that need one."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from accredit.jose import SigningKey
from accredit.testing.people import Person, person
from accredit.testing.simulator import ACCEPTED, Sample
from accredit_google_oauth2.simulator.grants import (
    ANDROID,
    FOREIGN,
    WEB,
    email_claims,
    expected_claims,
    profile_claims,
    subject,
)

LIFE_S = 3600
_NONCE = "sim-nonce"


class KeyRing:
    """The simulator's signing keys: the current one first, made on first use, and the one before it."""

    def __init__(self) -> None:
        self._keys: list[SigningKey] = []

    @property
    def keys(self) -> list[SigningKey]:
        """Return the published keys."""
        if not self._keys:
            self.rotate()
        return list(self._keys)

    def rotate(self) -> None:
        """Sign with a new key from now on; the last one stays published, older ones are gone."""
        self._keys = [SigningKey.generate("RS256"), *self._keys[:1]]


def make_claims(someone: Person, *, now: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload of an ID token for our web client; `changes` override it, None removes a claim."""
    claims = {
        "iss": "https://accounts.google.com",
        "azp": WEB,
        "aud": WEB,
        "sub": subject(someone),
        **email_claims(someone),
        **profile_claims(someone),
        "iat": now,
        "exp": now + LIFE_S,
    }
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def forge(token: str, changes: Mapping[str, Any]) -> str:
    """Change the payload of a signed token, and keep its signature."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, **changes}).encode()).rstrip(b"=").decode()
    return f"{header}.{forged}.{signature}"


def id_token_samples(mint: Callable[..., str], *, now: int) -> Iterator[Sample]:
    """Yield a sample for each thing an ID token can be; `mint(person, **changes)` signs one."""
    ada = person("ada")
    accepted: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("", "what Google's sign-in buttons hand out", {}),
        ("-bare-issuer", "Google's other name for itself", {"iss": "accounts.google.com"}),
        ("-hybrid", "an Android app asks on behalf of its web client", {"azp": ANDROID}),
        ("-no-azp", "azp is not always there", {"azp": None}),
        ("-workspace", "a Workspace account", {"hd": "example.com"}),
    )
    for name, about, changes in accepted:
        token = mint(ada, **changes)
        yield _sample(f"id-token{name}-ada", about, token, ACCEPTED, claims=expected_claims(ada))
    token = mint(ada, nonce=_NONCE)
    claims = expected_claims(ada)
    yield _sample("id-token-nonce-ada", "bound to a nonce", token, ACCEPTED, claims=claims, nonce=_NONCE)

    refused: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("foreign_app", "minted for another project", "wrong_audience", {"aud": FOREIGN, "azp": FOREIGN}),
        ("foreign-azp", "a foreign app asks for our web client", "wrong_audience", {"azp": FOREIGN}),
        ("mixed-aud", "one of two audiences is foreign", "wrong_audience", {"aud": [WEB, FOREIGN], "azp": WEB}),
        ("expired", "an hour has passed", "invalid_token", {"iat": now - LIFE_S, "exp": now}),
        ("wrong-issuer", "somebody else's name", "invalid_token", {"iss": "https://accounts.example.com"}),
    )
    for name, about, expected, changes in refused:
        yield _sample(f"id-token-{name}-ada", about, mint(ada, **changes), expected)
    forged = forge(mint(ada), {"sub": subject(person("grace"))})
    yield _sample("id-token-forged-ada", "the payload was changed", forged, "invalid_token")
    yield _sample("id-token-wrong-nonce-ada", "another login's token", token, "invalid_token", nonce="sim-other")
    yield _sample("id-token-lost-nonce-ada", "a nonce nobody vouches for", token, "invalid_token")


def _sample(
    name: str,
    about: str,
    token: str,
    expected: str,
    *,
    claims: Mapping[str, Any] | None = None,
    nonce: str | None = None,
) -> Sample:
    parameters = {"access_token": token} if nonce is None else {"access_token": token, "nonce": nonce}
    return Sample(name=name, about=about, parameters=parameters, expected=expected, claims=claims or {})
