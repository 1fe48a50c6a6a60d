from dataclasses import fields
from typing import Any

import pytest

from accredit.profile import PROFILE_CLAIMS, SCOPE_CLAIMS, Assurance, Email, Profile
from accredit.text import text, web_url


def test_the_profile_scope_opens_the_fourteen_claims_of_the_standard() -> None:
    standard = (
        "name family_name given_name middle_name nickname preferred_username profile picture website gender"
        " birthdate zoneinfo locale updated_at"
    )
    assert " ".join(PROFILE_CLAIMS) == standard
    assert SCOPE_CLAIMS["email"] == ("email", "email_verified")
    assert SCOPE_CLAIMS["address"] == ("address",)
    assert SCOPE_CLAIMS["phone"] == ("phone_number", "phone_number_verified")


def test_what_the_provider_did_not_state_is_absent() -> None:
    assert Profile().claims() == {}


def test_what_it_stated_stands_under_its_standard_name() -> None:
    profile = Profile(
        name="Ada", updated_at=0, email=Email("ada@example.com", Assurance.AUTHORITATIVE), address="London"
    )
    assert profile.claims() == {
        "name": "Ada",
        "updated_at": 0,
        "email": "ada@example.com",
        "email_verified": True,
        "address": {"formatted": "London"},
    }


def test_each_of_the_fourteen_can_be_stated() -> None:
    links = dict.fromkeys(("profile", "picture", "website"), "https://example.com/")
    profile = Profile(**{**dict.fromkeys(PROFILE_CLAIMS, "x"), **links, "updated_at": 1})  # type: ignore[arg-type] # by name
    assert tuple(profile.claims()) == PROFILE_CLAIMS
    assert profile.claims() == {name: getattr(profile, name) for name in PROFILE_CLAIMS}


@pytest.mark.parametrize("claim", [field.name for field in fields(Profile) if field.name != "email"])
@pytest.mark.parametrize("value", ["", " ", "\u200b", "\u200d", 1.5, True, ["x"], {}, b"x"])
def test_what_is_no_text_or_shows_nothing_is_absent(claim: str, value: Any) -> None:
    assert Profile(**{claim: value}).claims() == {}


def test_an_email_that_says_nothing_of_its_assurance_is_the_strategys_fault() -> None:
    wrong: Any = "ada@example.com"
    with pytest.raises(TypeError, match="email must be an Email"):
        Profile(email=wrong)


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("assurance", "verified"),
    [(Assurance.UNVERIFIED, False), (Assurance.PROVIDER_ASSERTED, True), (Assurance.AUTHORITATIVE, True)],
)
def test_an_address_is_verified_from_the_providers_word_up(assurance: Assurance, verified: bool) -> None:
    assert Email("ada@example.com", assurance).verified is verified


@pytest.mark.parametrize("assurance", ["unverified", "false", "", "true", None, False, 0, 1])
def test_an_assurance_that_is_none_of_the_three_never_verifies(assurance: Any) -> None:
    try:
        email = Email("ada@example.com", assurance)
    except (TypeError, ValueError):
        return  # refused outright is as good
    assert not email.verified


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Ada", "Ada"), ("  Ada \n", "Ada"), ("", None), (" \t", None), (None, None), (1, None), (["Ada"], None)],
)
def test_text_is_stripped_or_absent(value: object, expected: str | None) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ada \ud83d", "Ada \ufffd"),
        ("\ud83dAda", "\ufffdAda"),
        ("A\ude00da", "A\ufffdda"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00", "😀"),
        ("😀 山田", "😀 山田"),
        ("\ufeffAda", "Ada"),
    ],
    ids=ascii,
)
def test_text_can_always_be_written_as_utf_8(value: str, expected: str) -> None:
    assert text(value) == expected
    assert expected.encode()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.com/ada.png?size=1#x", "https://example.com/ada.png?size=1#x"),
        (" http://example.com ", "http://example.com"),
        ("HTTPS://example.com", "HTTPS://example.com"),
    ],
)
def test_a_link_to_the_web_is_kept(value: str, expected: str) -> None:
    assert web_url(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        "",
        "example.com",
        "//example.com",
        "https://",
        "https:///ada.png",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "java\nscript:alert(1)",
        "https://example.com/\u202egnp.exe",
        "https://example.com/a b",
        "https://example.com/a\nb",
        "https://[::1",
    ],
)
def test_any_other_link_is_absent(value: object) -> None:
    assert web_url(value) is None
