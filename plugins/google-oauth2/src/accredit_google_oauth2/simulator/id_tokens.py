"""What Google's ID tokens say, and the samples that need one."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing import ACCEPTED, IdTokenIssuer, Person, Sample, person
from accredit_google_oauth2.simulator.tokens import (
    ANDROID,
    FOREIGN,
    LIFE_S,
    WEB,
    email_claims,
    expected_claims,
    profile_claims,
    subject,
)

_NONCE = "sim-nonce"


def make_claims(someone: Person, now: int) -> dict[str, Any]:
    """Return the payload of an ID token for our web client."""
    return {
        "iss": "https://accounts.google.com",
        "azp": WEB,
        "aud": WEB,
        "sub": subject(someone),
        **email_claims(someone),
        **profile_claims(someone),
        "iat": now,
        "exp": now + LIFE_S,
    }


def forge(token: str, changes: Mapping[str, Any]) -> str:
    """Change the payload of a signed token, and keep its signature."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, **changes}).encode()).rstrip(b"=").decode()
    return f"{header}.{forged}.{signature}"


def id_token_samples(google: IdTokenIssuer) -> Iterator[Sample]:
    """Yield a sample for each thing an ID token can be."""
    ada, now = person("ada"), int(google.clock())

    def mint(**changes: object) -> str:
        return google.mint(ada, changes=changes)

    accepted: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("", "what Google's sign-in buttons hand out", {}),
        ("-bare-issuer", "Google's other name for itself", {"iss": "accounts.google.com"}),
        ("-hybrid", "an Android app asks on behalf of its web client", {"azp": ANDROID}),
        ("-no-azp", "azp is not always there", {"azp": None}),
        ("-workspace", "a Workspace account", {"hd": "example.com"}),
        ("-one-aud-in-a-list", "the audience as a list of one", {"aud": [WEB]}),
    )
    for name, about, changes in accepted:
        token = mint(**changes)
        yield _sample(f"id-token{name}-ada", about, token, ACCEPTED, claims=expected_claims(ada))
    token = mint(nonce=_NONCE)
    claims = expected_claims(ada)
    yield _sample("id-token-nonce-ada", "bound to a nonce", token, ACCEPTED, claims=claims, nonce=_NONCE)

    refused: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("foreign_app", "minted for another project", "wrong_audience", {"aud": FOREIGN, "azp": FOREIGN}),
        ("foreign-azp", "a foreign app asks for our web client", "wrong_audience", {"azp": FOREIGN}),
        ("mixed-aud", "one of two audiences is foreign", "wrong_audience", {"aud": [WEB, FOREIGN], "azp": WEB}),
        ("expired", "an hour has passed", "invalid_token", {"iat": now - LIFE_S, "exp": now}),
        ("wrong-issuer", "somebody else's name", "invalid_token", {"iss": "https://accounts.example.com"}),
        ("no-sub", "names nobody", "invalid_token", {"sub": None}),
        ("no-exp", "never ends", "invalid_token", {"exp": None}),
        ("far-exp", "lives for a year", "invalid_token", {"exp": now + 365 * 86_400}),
        ("from-tomorrow", "issued in the future", "invalid_token", {"iat": now + 86_400, "exp": now + 86_400}),
    )
    for name, about, expected, changes in refused:
        yield _sample(f"id-token-{name}-ada", about, mint(**changes), expected)
    forged = forge(mint(), {"sub": subject(person("grace"))})
    yield _sample("id-token-forged-ada", "the payload was changed", forged, "invalid_token")
    for name, about, header in (
        ("unsigned", "alg none", {"alg": "none"}),
        ("public-key-as-secret", "HS256, with the public key as the secret", {"alg": "HS256"}),
        ("unknown-kid", "signed with a key that is not published", {"kid": "sim-nobody"}),
        ("no-kid", "does not say with which key it was signed", {"kid": None}),
    ):
        yield _sample(f"id-token-{name}-ada", about, google.mint(ada, header=header), "invalid_token")
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
