"""What Kakao's ID tokens say, and the samples that need one."""

from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing import ACCEPTED, IdTokenIssuer, Person, Sample, person
from accredit_kakao.simulator.tokens import APP_ID, FOREIGN_KEY, LIFE_S, NATIVE_KEY, REST_KEY, expected_claims, picture

_NONCE = "sim-nonce"


def make_claims(someone: Person, now: int) -> dict[str, Any]:
    """Return the payload of an ID token for an app that uses Kakao's SDK."""
    return {
        "iss": "https://kauth.kakao.com",
        "aud": NATIVE_KEY,
        "sub": str(someone.number),
        "iat": now,
        "auth_time": now,
        "exp": now + LIFE_S,
        "nickname": someone.screen_name,
        "picture": picture(someone) if someone.has_picture else None,
        "email": someone.email,
    }


def id_token_samples(kakao: IdTokenIssuer) -> Iterator[Sample]:
    """Yield a sample for each thing an ID token can be."""
    ada, now = person("ada"), int(kakao.clock())
    claims = {**expected_claims(ada), "email_verified": False}
    del claims["name"]

    def mint(**changes: object) -> str:
        return kakao.mint(ada, changes=changes)

    yield _sample("id_token", "what Kakao's SDKs hand out", mint(), ACCEPTED, claims=claims)
    yield _sample("id_token-web", "of a web login", mint(aud=REST_KEY), ACCEPTED, claims=claims)
    bound = mint(nonce=_NONCE)
    yield _sample("id_token-nonce", "bound to a nonce", bound, ACCEPTED, claims=claims, nonce=_NONCE)
    refused: tuple[tuple[str, str, str, str], ...] = (
        ("foreign_app", "of another app", "wrong_audience", mint(aud=FOREIGN_KEY)),
        ("number", "names our app by its number", "wrong_audience", mint(aud=str(APP_ID))),
        ("expired", "its time is over", "invalid_token", mint(iat=now - LIFE_S, exp=now)),
        ("wrong-issuer", "somebody else's name", "invalid_token", mint(iss="https://kauth.example.com")),
        ("no-sub", "names nobody", "invalid_token", mint(sub=None)),
        ("unsigned", "alg none", "invalid_token", kakao.mint(ada, header={"alg": "none"})),
    )
    for name, about, expected, token in refused:
        yield _sample(f"id_token-{name}", about, token, expected)
    yield _sample("id_token-wrong-nonce", "another login's token", bound, "invalid_token", nonce="sim-other")


def beside_samples(kakao: IdTokenIssuer) -> Iterator[Sample]:
    """Yield a sample for each thing that an ID token beside an access token can be."""
    ada = person("ada")

    def both(
        name: str,
        about: str,
        id_token: str,
        expected: str = "invalid_token",
        *,
        of: str = "good",
        **more: str,
    ) -> Sample:
        claims = expected_claims(ada) if expected == ACCEPTED else {}
        parameters = {"access_token": f"sim-{of}-ada", "id_token": id_token, **more}
        return Sample(name=f"both{name}-ada", about=about, parameters=parameters, expected=expected, claims=claims)

    bound, wrong = kakao.mint(ada, changes={"nonce": _NONCE}), "wrong_audience"
    yield both("", "as Kakao's SDKs hand out both", kakao.mint(ada), ACCEPTED)
    yield both("-nonce", "bound to a nonce", bound, ACCEPTED, nonce=_NONCE)
    yield both("-wrong-nonce", "another login's", bound, nonce="sim-other")
    yield both("-other", "two users", kakao.mint(person("grace")))
    yield both("-foreign", "an ID token of another app", kakao.mint(ada, changes={"aud": FOREIGN_KEY}), wrong)
    yield both("-number", "names our app by its number", kakao.mint(ada, changes={"aud": str(APP_ID)}), wrong)
    yield both("-foreign_app", "an access token of another app", kakao.mint(ada), wrong, of="foreign_app")
    yield both("-unsigned", "alg none", kakao.mint(ada, header={"alg": "none"}))


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
    return Sample(name=f"{name}-ada", about=about, parameters=parameters, expected=expected, claims=claims or {})
