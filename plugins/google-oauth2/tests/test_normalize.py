from typing import Any

import pytest

from accredit.audience import JwtAudience
from accredit.models import Verification
from accredit.profile import Assurance, Email, Profile
from accredit.testing import PEOPLE, person
from accredit_google_oauth2.settings import GoogleSettings
from accredit_google_oauth2.simulator.tokens import email_claims, profile_claims
from accredit_google_oauth2.strategy import GoogleStrategy

ASSERTED = Assurance.PROVIDER_ASSERTED

PROFILES = {
    "ada": Profile(
        name="Ada Lovelace",
        given_name="Ada",
        family_name="Lovelace",
        picture="https://lh3.googleusercontent.com/a/sim-ada=s96-c",
        email=Email("ada@example.com", ASSERTED),
    ),
    "grace": Profile(
        name="Grace Hopper",
        given_name="Grace",
        family_name="Hopper",
        picture="https://lh3.googleusercontent.com/a/sim-grace=s96-c",
    ),
    "sappho": Profile(
        name="Sappho",
        given_name="Sappho",
        picture="https://lh3.googleusercontent.com/a/sim-sappho=s96-c",
        email=Email("sappho@example.org", ASSERTED),
    ),
    "yuki": Profile(
        name="山田 雪",
        given_name="雪",
        family_name="山田",
        picture="https://lh3.googleusercontent.com/a/sim-yuki=s96-c",
        email=Email("yuki@example.jp", ASSERTED),
    ),
    "alan": Profile(
        name="Alan Turing",
        given_name="Alan",
        family_name="Turing",
        email=Email("alan@example.com", ASSERTED),
    ),
    "max": Profile(
        name="Max Planck",
        given_name="Max",
        family_name="Planck",
        picture="https://lh3.googleusercontent.com/a/sim-max=s96-c",
        email=Email("max@example.de", ASSERTED),
    ),
}


def normalize(claims: dict[str, Any]) -> Profile:
    strategy = GoogleStrategy(GoogleSettings(client_ids=("ours",)))
    return strategy.normalize(Verification(user_id="1", audience=JwtAudience(("ours",)), claims=claims))


@pytest.mark.parametrize("key", [one.key for one in PEOPLE])
def test_profile_of_every_person_is_exact(key: str) -> None:
    someone = person(key)
    assert normalize({**profile_claims(someone), **email_claims(someone)}) == PROFILES[key]


def test_every_claim_that_google_has_is_mapped_and_nothing_else() -> None:
    claims = {
        "sub": "1",
        "name": " Ada Lovelace ",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "middle_name": "not Google's",
        "nickname": "not Google's",
        "preferred_username": "not Google's",
        "website": "https://not.googles.example",
        "gender": "female",
        "birthdate": "1815-12-10",
        "zoneinfo": "Europe/London",
        "phone_number": "+44",
        "profile": "https://plus.google.com/1",
        "picture": "https://lh3.googleusercontent.com/a/1",
        "locale": "en-GB",
        "email": "ada@example.com",
        "email_verified": True,
    }
    assert normalize(claims) == Profile(
        name="Ada Lovelace",
        given_name="Ada",
        family_name="Lovelace",
        profile="https://plus.google.com/1",
        picture="https://lh3.googleusercontent.com/a/1",
        locale="en-GB",
        email=Email("ada@example.com", ASSERTED),
    )


@pytest.mark.parametrize("value", ["", "  ", None, 5, True, ["x"], {"x": 1}])
def test_what_is_blank_or_no_text_is_not_a_claim(value: Any) -> None:
    names = ("name", "given_name", "family_name", "profile", "picture", "locale", "email")
    assert normalize({"email_verified": True, **dict.fromkeys(names, value)}) == Profile()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//lh3.googleusercontent.com/a",
        "ftp://lh3.googleusercontent.com/a",
        "lh3.googleusercontent.com/a",
        "https://",
        "https:///a",
        "https://[::1",
        "xhttps://a",
    ],
)
@pytest.mark.parametrize("claim", ["picture", "profile"])
def test_only_web_addresses_are_links(claim: str, url: str) -> None:
    assert normalize({claim: url}) == Profile()
    for good in ("https://lh3.googleusercontent.com/a", "http://example.com", "HTTPS://example.com/"):
        assert getattr(normalize({claim: good}), claim) == good


AUTHORITATIVE, UNVERIFIED = Assurance.AUTHORITATIVE, Assurance.UNVERIFIED


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("address", "verified", "hd", "assurance"),
    [
        ("ada@example.com", True, ..., ASSERTED),
        ("ada@gmail.com", True, ..., AUTHORITATIVE),
        ("Ada@GMail.COM", True, ..., AUTHORITATIVE),
        ("ada@example.com", True, "example.com", AUTHORITATIVE),
        ("ada@gmail.com", True, "example.com", AUTHORITATIVE),
        # no clear yes, no assurance, not even for gmail.com
        ("ada@gmail.com", False, ..., UNVERIFIED),
        ("ada@gmail.com", ..., ..., UNVERIFIED),
        ("ada@gmail.com", "true", ..., UNVERIFIED),
        ("ada@example.com", False, "example.com", UNVERIFIED),
        ("ada@example.com", ..., "example.com", UNVERIFIED),
        ("ada@example.com", "true", "example.com", UNVERIFIED),
        ("ada@example.com", "false", ..., UNVERIFIED),
        ("ada@example.com", 1, ..., UNVERIFIED),
        ("ada@example.com", None, ..., UNVERIFIED),
        ("ada@example.com", [True], ..., UNVERIFIED),
        # only looks like Google's
        ("ada@gmail.com.example", True, ..., ASSERTED),
        ("ada@xgmail.com", True, ..., ASSERTED),
        ("ada@sub.gmail.com", True, ..., ASSERTED),
        ("gmail.com", True, ..., ASSERTED),
        ("ada＠gmail.com", True, ..., ASSERTED),
        ("ada@googlemail.com", True, ..., ASSERTED),
        # no hosted domain at all
        ("ada@example.com", True, "", ASSERTED),
        ("ada@example.com", True, None, ASSERTED),
        ("ada@example.com", True, True, ASSERTED),
        ("ada@example.com", True, ["example.com"], ASSERTED),
    ],
)
def test_assurance_of_an_address(address: str, verified: Any, hd: Any, assurance: Assurance) -> None:
    claims = {"email": address, "email_verified": verified, "hd": hd}
    stated = {name: value for name, value in claims.items() if value is not ...}
    assert normalize(stated) == Profile(email=Email(address, assurance))


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    "address", ["ada\u200b@gmail.com", "ada@gma\u200bil.com", "ada@gmail.com\x00", "ada\u202e@gmail.com"]
)
def test_address_with_a_hidden_character_is_none_and_never_another_ones(address: str) -> None:
    assert normalize({"email": address, "email_verified": True}) == Profile()
