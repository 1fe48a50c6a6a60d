"""What must come of each token."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from accredit.testing import ACCEPTED, PEOPLE, Codes, IdTokenIssuer, Person, Sample, person
from accredit_facebook.simulator.app import APP_ID, FOREIGN_APP_ID
from accredit_facebook.simulator.codes import LOGIN
from accredit_facebook.simulator.graph import picture_url
from accredit_facebook.simulator.id_tokens import NONCE
from accredit_facebook.simulator.tokens.token import HOUR_S, Token


def access_token_samples(tokens: Iterable[Token]) -> Iterator[Sample]:
    """Return a sample of every access token, and one of a string that is none."""
    for token in tokens:
        yield Sample(
            name=f"{token.kind}-{token.person.key}",
            about=token.about,
            parameters={"access_token": token.value},
            expected=token.expected,
            claims=_claims_of(token) if token.expected == ACCEPTED else {},
            is_foreign=token.app_id != APP_ID,
        )
    yield Sample(
        name="garbage",
        about="no token at all",
        parameters={"access_token": "EAAsim-garbage"},
        expected="invalid_token",
    )


def code_samples(codes: Codes[str], tokens: Iterable[Token]) -> Iterator[Sample]:
    """Return a code for the good token of ada's, and one for each refusal."""
    good = next(one for one in tokens if (one.kind, one.person.key) == ("good", "ada"))
    return codes.fix_samples("AQDsim-code-{}-ada", good.value, LOGIN, claims=_claims_of(good))


def limited_login_samples(facebook: IdTokenIssuer) -> Iterator[Sample]:
    """Return Limited Login tokens, minted now."""
    for one in PEOPLE:
        yield _limited("good", f"{one.name}", one, facebook.mint(one), claims=_claims(one))
    ada, now = person("ada"), int(facebook.clock())
    yield _limited(
        "bare_issuer",
        "Facebook's other name for itself",
        ada,
        facebook.mint(ada, changes={"iss": "https://facebook.com"}),
        claims=_claims(ada),
    )
    refused: tuple[tuple[str, str, str, dict[str, object]], ...] = (
        ("foreign_app", "minted for another app", "wrong_audience", {"aud": FOREIGN_APP_ID}),
        ("mixed_aud", "for our app and another", "wrong_audience", {"aud": [APP_ID, FOREIGN_APP_ID]}),
        ("expired", "ended this second", "invalid_token", {"iat": now - HOUR_S, "exp": now}),
        ("other_issuer", "not Facebook's", "invalid_token", {"iss": "https://facebook.com.example.net"}),
        ("no_sub", "names nobody", "invalid_token", {"sub": None}),
        ("no_exp", "never ends", "invalid_token", {"exp": None}),
        ("far_exp", "lives for a year", "invalid_token", {"exp": now + 365 * 24 * HOUR_S}),
    )
    for kind, about, expected, changes in refused:
        yield _limited(
            kind, about, ada, facebook.mint(ada, changes=changes), expected=expected, is_foreign=kind == "foreign_app"
        )
    for kind, about, header in (
        ("unsigned", "alg none", {"alg": "none"}),
        ("public_key_as_secret", "HS256, with the public key as the secret", {"alg": "HS256"}),
        ("unknown_kid", "signed with a key that is not published", {"kid": "sim-nobody"}),
    ):
        yield _limited(kind, about, ada, facebook.mint(ada, header=header), expected="invalid_token")
    good, refusal = facebook.mint(ada), "invalid_token"
    yield _limited("forged", "with Grace's claims put in", ada, _forge(facebook), expected=refusal)
    yield _limited("nonce_differs", "of another login", ada, good, nonce="sim-2", expected=refusal)
    yield _limited("nonce_absent", "sent without its nonce", ada, good, nonce=None, expected=refusal)


def _limited(
    kind: str,
    about: str,
    one: Person,
    token: str,
    *,
    nonce: str | None = NONCE,
    expected: str = ACCEPTED,
    claims: Mapping[str, Any] | None = None,
    is_foreign: bool = False,
) -> Sample:
    return Sample(
        name=f"limited_login_{kind}-{one.key}",
        about=f"a Limited Login token: {about}",
        parameters={"access_token": token} | ({} if nonce is None else {"nonce": nonce}),
        expected=expected,
        claims=claims or {},
        is_foreign=is_foreign,
    )


def _forge(facebook: IdTokenIssuer) -> str:
    header, _, signature = facebook.mint(person("ada")).split(".")
    return f"{header}.{facebook.mint(person('grace')).split('.')[1]}.{signature}"


def _claims_of(token: Token) -> dict[str, Any]:
    if token.me_answer is not None:  # accepted all the same, without a profile
        return {"sub": f"facebook|{token.person.number}"}
    claims = {**_claims(token.person), "nickname": token.person.given_name}
    if isinstance(picture := token.fields.get("picture"), str):
        claims["picture"] = picture
    if "email" not in token.visible_scopes:
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
