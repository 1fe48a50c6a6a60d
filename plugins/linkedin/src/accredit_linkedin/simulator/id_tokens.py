"""What LinkedIn's ID tokens say, and the samples that need one."""

from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing import ACCEPTED, IdTokenIssuer, Person, Sample, person
from accredit_linkedin.simulator.tokens import CLIENT_ID, FOREIGN, expected_claims, profile_claims, subject

LIFE_S = 3600


def make_claims(someone: Person, now: int) -> dict[str, Any]:
    """Return the payload of an ID token for our app. The boolean is a text there, unlike at userinfo."""
    email = {} if someone.email is None else {"email": someone.email, "email_verified": "true"}
    return {
        "iss": "https://www.linkedin.com/oauth",
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + LIFE_S,
        "sub": subject(someone),
        **profile_claims(someone),
        "locale": "en_US",
        **email,
    }


def id_token_samples(linkedin: IdTokenIssuer) -> Iterator[Sample]:
    """Yield a sample for each thing an ID token can be."""
    ada, now = person("ada"), int(linkedin.clock())

    def sample(name: str, about: str, expected: str, token: str, claims: Mapping[str, Any] | None = None) -> Sample:
        return Sample(
            name=f"id-token{name}-ada",
            about=about,
            parameters={"access_token": token},
            expected=expected,
            claims=claims or {},
        )

    good = expected_claims(ada)
    yield sample("", "beside the access token, with scope openid", ACCEPTED, linkedin.mint(ada), good)
    changes: Mapping[str, object]
    for name, changes in (
        ("-boolean", {"email_verified": True}),
        ("-locale-object", {"locale": {"country": "US", "language": "en"}}),
        ("-one-aud-in-a-list", {"aud": [CLIENT_ID]}),
    ):
        yield sample(name, "written as another edition does", ACCEPTED, linkedin.mint(ada, changes=changes), good)
    unverified = linkedin.mint(ada, changes={"email_verified": "false"})
    yield sample("-unverified", "not verified", ACCEPTED, unverified, {**good, "email_verified": False})
    for name, about, expected, changes in (
        ("-foreign_app", "minted for another app", "wrong_audience", {"aud": FOREIGN}),
        ("-mixed-aud", "one of two audiences is foreign", "wrong_audience", {"aud": [CLIENT_ID, FOREIGN]}),
        ("-expired", "an hour has passed", "invalid_token", {"iat": now - LIFE_S, "exp": now}),
        ("-bare-issuer", "LinkedIn's name without its path", "invalid_token", {"iss": "https://www.linkedin.com"}),
        ("-no-sub", "names nobody", "invalid_token", {"sub": None}),
    ):
        yield sample(name, about, expected, linkedin.mint(ada, changes=changes))
    unsigned = linkedin.mint(ada, header={"alg": "none"})
    yield sample("-unsigned", "alg none", "invalid_token", unsigned)
