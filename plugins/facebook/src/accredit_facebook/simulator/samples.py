"""What must come of each token."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, Person, Sample, person
from accredit_facebook.simulator.app import FOREIGN_APP_ID
from accredit_facebook.simulator.graph import picture_url
from accredit_facebook.simulator.limited_login import NONCE, LimitedLogin
from accredit_facebook.simulator.tokens import HOUR_S, Token


def access_token_samples(tokens: Iterable[Token]) -> Iterator[Sample]:
    """Return a sample of every access token, and one of a string that is none."""
    for token in tokens:
        yield Sample(
            name=f"{token.kind}-{token.person.key}",
            about=token.about,
            parameters={"access_token": token.value},
            expected=token.expected,
            claims=_claims_of(token) if token.expected == ACCEPTED else {},
        )
    yield Sample(
        name="garbage",
        about="no token at all",
        parameters={"access_token": "EAAsim-garbage"},
        expected="invalid_token",
    )


def limited_login_samples(facebook: LimitedLogin) -> Iterator[Sample]:
    """Return Limited Login tokens, minted now."""
    for one in PEOPLE:
        yield _limited("good", f"{one.name}", one, facebook.mint(one), claims=_claims(one))
    ada, invalid = person("ada"), "invalid_token"
    now = int(facebook.clock())
    ended = facebook.mint(ada, claims={"iat": now - HOUR_S, "exp": now})
    foreign = facebook.mint(ada, claims={"aud": FOREIGN_APP_ID})
    other_issuer = facebook.mint(ada, claims={"iss": "https://facebook.com.example.net"})
    yield _limited("expired", "ended this second", ada, ended, expected=invalid)
    yield _limited("foreign_app", "minted for another app", ada, foreign, expected="wrong_audience")
    yield _limited("other_issuer", "not Facebook's", ada, other_issuer, expected=invalid)
    yield _limited("forged", "with Grace's claims put in", ada, _forge(facebook), expected=invalid)
    yield _limited("nonce_differs", "of another login", ada, facebook.mint(ada), nonce="sim-2", expected=invalid)
    yield _limited("nonce_absent", "sent without its nonce", ada, facebook.mint(ada), nonce=None, expected=invalid)


def _limited(
    kind: str,
    about: str,
    one: Person,
    token: str,
    *,
    nonce: str | None = NONCE,
    expected: str = ACCEPTED,
    claims: Mapping[str, Any] | None = None,
) -> Sample:
    return Sample(
        name=f"limited_login_{kind}-{one.key}",
        about=f"a Limited Login token: {about}",
        parameters={"access_token": token} | ({} if nonce is None else {"nonce": nonce}),
        expected=expected,
        claims=claims or {},
    )


def _forge(facebook: LimitedLogin) -> str:
    header, _, signature = facebook.mint(person("ada")).split(".")
    return f"{header}.{facebook.mint(person('grace')).split('.')[1]}.{signature}"


def _claims_of(token: Token) -> dict[str, Any]:
    claims = {**_claims(token.person), "nickname": token.person.given_name}
    if isinstance(picture := token.fields.get("picture"), str):
        claims["picture"] = picture
    if "email" not in token.scopes:
        del claims["email"], claims["email_verified"]
    return claims


def _claims(one: Person) -> dict[str, Any]:
    """Return the claims that a Limited Login token and the Graph API agree on."""
    claims = {
        "sub": f"facebook|{one.number}",
        "name": one.name,
        "given_name": one.given_name,
        "family_name": one.family_name,
        "picture": picture_url(one) if one.has_picture else None,
        "email": one.email,
        "email_verified": None if one.email is None else False,
    }
    return {name: value for name, value in claims.items() if value is not None}
