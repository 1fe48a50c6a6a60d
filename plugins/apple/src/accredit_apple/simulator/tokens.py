"""What Apple's ID tokens say, and the samples that need one."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, IdTokenIssuer, Person, Sample, person
from accredit_apple.simulator.team import AUDIENCE, BUNDLE_ID, FOREIGN, SERVICES_ID

LIFE_S = 86_400
NONCE = "sim-apple-nonce"


def subject(someone: Person) -> str:
    """Return Apple's id of a user, the same for all apps of our team."""
    digest = hashlib.sha256(someone.key.encode()).hexdigest()[:32]
    return f"{someone.number % 1_000_000:06d}.{digest}.{someone.number % 10_000:04d}"


def make_claims(someone: Person, now: int) -> dict[str, Any]:
    """Return the payload of an ID token for our native app."""
    email = {} if someone.email is None else {"email": someone.email, "email_verified": True}
    return {
        "iss": AUDIENCE,
        "aud": BUNDLE_ID,
        "iat": now,
        "exp": now + LIFE_S,
        "sub": subject(someone),
        "auth_time": now,
        "nonce_supported": True,
        **email,
    }


def user_json(someone: Person) -> str:
    """Return what Apple's page posts to a web app the first time, and what a native app may make of the names."""
    name = {"firstName": someone.given_name or "", "lastName": someone.family_name or ""}
    return json.dumps({"name": name, "email": "whatever@the.client.says.example"}, ensure_ascii=False)


def expected_claims(someone: Person) -> dict[str, Any]:
    """Return the claims that our ID token must hold."""
    email = {} if someone.email is None else {"email": someone.email, "email_verified": True}
    return {"sub": f"apple|{subject(someone)}", **email}


def id_token_samples(apple: IdTokenIssuer) -> Iterator[Sample]:
    """Yield a sample for each thing an ID token can be: good ones first."""
    for someone in PEOPLE:
        good = apple.mint(someone)
        yield _sample(f"good-{someone.key}", f"{someone.name} signs in", good, claims=expected_claims(someone))
    ada = person("ada")
    names = {"given_name": ada.given_name, "family_name": ada.family_name}
    claims = {**expected_claims(ada), **names}
    first = apple.mint(ada, changes={"real_user_status": 2})
    yield _sample("first-ada", "for the first time, with names", first, claims=claims, user=user_json(ada))
    yield from _accepted(apple, ada)
    yield from _refused(apple, ada)


def _accepted(apple: IdTokenIssuer, ada: Person) -> Iterator[Sample]:
    claims = expected_claims(ada)
    unverified, relay = {**claims, "email_verified": False}, "x7k2@privaterelay.appleid.com"
    new_relay = "x7k2@private.icloud.com"
    variants: tuple[tuple[str, str, Mapping[str, object], Mapping[str, Any]], ...] = (
        ("web", "of the web app", {"aud": SERVICES_ID}, claims),
        ("text-booleans", "booleans as texts", {"email_verified": "true", "nonce_supported": "true"}, claims),
        (
            "relay",
            "a relay address",
            {"email": relay, "is_private_email": "true"},
            {**claims, "email": relay},
        ),
        ("new-relay", "one of the new domain", {"email": new_relay}, {**claims, "email": new_relay}),
        ("school", "managed by a school: not verified", {"email_verified": "false"}, unverified),
        ("company", "managed by a company: not verified", {"email_verified": False}, unverified),
        ("no-email", "without the scope", {"email": None, "email_verified": None}, {"sub": claims["sub"]}),
        ("empty-email", "managed, without an address", {"email": ""}, {"sub": claims["sub"]}),
        ("transferred", "of an app that another team had", {"transfer_sub": "000001.abc.0001"}, claims),
        ("old-system", "of a system that knows no nonce", {"nonce_supported": False}, claims),
        ("float-auth-time", "a time with a fraction", {"auth_time": 1.5}, claims),
    )
    for name, about, changes, expected in variants:
        yield _sample(f"{name}-ada", about, apple.mint(ada, changes=changes), claims=expected)
    for name, nonce in (("raw", NONCE), ("hashed", hashlib.sha256(NONCE.encode()).hexdigest())):
        bound = apple.mint(ada, changes={"nonce": nonce})
        yield _sample(f"nonce-{name}-ada", f"bound to a nonce, {name}", bound, claims=claims, nonce=NONCE)


def _refused(apple: IdTokenIssuer, ada: Person) -> Iterator[Sample]:
    now = int(apple.clock())
    changes: Mapping[str, object]
    for name, about, expected, changes in (
        ("foreign_app", "of another app", "wrong_audience", {"aud": FOREIGN}),
        ("mixed-aud", "one of two audiences is foreign", "wrong_audience", {"aud": [BUNDLE_ID, FOREIGN]}),
        ("expired", "a day has passed", "invalid_token", {"iat": now - LIFE_S, "exp": now}),
        ("other-issuer", "Apple's other host", "invalid_token", {"iss": "https://account.apple.com"}),
        ("no-sub", "names nobody", "invalid_token", {"sub": None}),
        ("nonce-alone", "bound to a nonce that is not sent", "invalid_token", {"nonce": NONCE}),
        ("notice", "a notice that calls itself a token", "invalid_token", {"events": "{}"}),
    ):
        yield _sample(f"{name}-ada", about, apple.mint(ada, changes=changes), expected)
    yield _sample("unsigned-ada", "alg none", apple.mint(ada, header={"alg": "none"}), "invalid_token")
    bound = apple.mint(ada, changes={"nonce": NONCE})
    yield _sample("wrong-nonce-ada", "another login's token", bound, "invalid_token", nonce="sim-other")
    old = apple.mint(ada, changes={"nonce_supported": False})
    yield _sample("old-system-nonce-ada", "its system has lost the nonce", old, "invalid_token", nonce=NONCE)


def _sample(
    name: str,
    about: str,
    token: str,
    expected: str = ACCEPTED,
    *,
    claims: Mapping[str, Any] | None = None,
    **more: str,
) -> Sample:
    parameters = {"access_token": token, **more}
    return Sample(name=name, about=about, parameters=parameters, expected=expected, claims=claims or {})
