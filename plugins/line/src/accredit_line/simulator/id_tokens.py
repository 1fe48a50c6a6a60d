"""What LINE's ID tokens say, and the samples that need one."""

from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, IdTokenIssuer, Person, Sample, person
from accredit_line.simulator.tokens import CHANNEL_ID, CHANNEL_SECRET, FOREIGN, expected_claims, picture, user_id

_NONCE = "sim-nonce"
_LIFE_S = 3600


def make_claims(someone: Person, now: int) -> dict[str, Any]:
    """Return the payload of an ID token for our channel, with the scopes openid, profile and email."""
    return {
        "iss": "https://access.line.me",
        "sub": user_id(someone),
        "aud": CHANNEL_ID,
        "exp": now + _LIFE_S,
        "iat": now,
        "amr": ["linesso"],
        "name": someone.name,
        "picture": picture(someone),
        "email": someone.email,
    }


def id_token_samples(line: IdTokenIssuer, web: IdTokenIssuer) -> Iterator[Sample]:
    """Yield a sample for each thing an ID token of an app can be; `web` signs with the channel's secret."""
    ada, now = person("ada"), int(line.clock())

    def mint(**changes: object) -> str:
        return line.mint(ada, changes=changes)

    for someone in PEOPLE:
        claims = expected_claims(someone, email=True)
        yield _sample("id_token", someone, "what LINE's SDKs hand out", line.mint(someone), ACCEPTED, claims=claims)
    bound, claims = mint(nonce=_NONCE), expected_claims(ada, email=True)
    yield _sample("id_token-nonce", ada, "bound to a nonce", bound, ACCEPTED, claims=claims, nonce=_NONCE)
    refused: tuple[tuple[str, str, str, str], ...] = (
        ("foreign_app", "of another channel", "wrong_audience", mint(aud=FOREIGN)),
        ("expired", "an hour has passed", "invalid_token", mint(iat=now - _LIFE_S, exp=now)),
        ("wrong-issuer", "somebody else's name", "invalid_token", mint(iss="https://access.example.com")),
        ("no-sub", "names nobody", "invalid_token", mint(sub=None)),
        ("web", "signed with the channel's secret, as for web logins", "invalid_token", web.mint(ada)),
        (
            "secret-under-a-kid",
            "the channel's secret, under the name of a key",
            "invalid_token",
            line.mint(ada, key=CHANNEL_SECRET, header={"kid": line.keys[0].kid}),
        ),
        ("public-key-as-secret", "HS256 by the public key", "invalid_token", line.mint(ada, header={"alg": "HS256"})),
        ("unsigned", "alg none", "invalid_token", line.mint(ada, header={"alg": "none"})),
        ("no-kid", "does not say which key", "invalid_token", line.mint(ada, header={"kid": None})),
    )
    for name, about, expected, token in refused:
        yield _sample(f"id_token-{name}", ada, about, token, expected)
    yield _sample("id_token-wrong-nonce", ada, "another login's token", bound, "invalid_token", nonce="sim-other")


def beside_samples(line: IdTokenIssuer) -> Iterator[Sample]:
    """Yield a sample for each thing that an ID token beside an access token can be."""
    ada = person("ada")

    def both(
        name: str, about: str, id_token: str, expected: str = "invalid_token", *, of: str = "good", **more: str
    ) -> Sample:
        claims = expected_claims(ada, email=True) if expected == ACCEPTED else {}
        parameters = {"access_token": f"eyJhbGciOiJIUzI1NiJ9.sim-{of}-ada.line", "id_token": id_token, **more}
        return Sample(name=f"both{name}-ada", about=about, parameters=parameters, expected=expected, claims=claims)

    bound, wrong = line.mint(ada, changes={"nonce": _NONCE}), "wrong_audience"
    yield both("", "as LINE's SDKs hand out both", line.mint(ada), ACCEPTED)
    yield both("-nonce", "bound to a nonce", bound, ACCEPTED, nonce=_NONCE)
    yield both("-wrong-nonce", "another login's", bound, nonce="sim-other")
    yield both("-other", "two users", line.mint(person("grace")))
    yield both("-foreign", "an ID token of another channel", line.mint(ada, changes={"aud": FOREIGN}), wrong)
    yield both("-foreign_app", "an access token of another channel", line.mint(ada), wrong, of="foreign_app")
    yield both("-unsigned", "alg none", line.mint(ada, header={"alg": "none"}))


def _sample(
    name: str,
    someone: Person,
    about: str,
    token: str,
    expected: str,
    *,
    claims: Mapping[str, Any] | None = None,
    nonce: str | None = None,
) -> Sample:
    parameters = {"access_token": token} if nonce is None else {"access_token": token, "nonce": nonce}
    name = f"{name}-{someone.key}"
    return Sample(name=name, about=about, parameters=parameters, expected=expected, claims=claims or {})
