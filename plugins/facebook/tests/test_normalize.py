"""What Facebook says about a person, as OIDC claims: nothing is invented, nothing unreadable is passed on."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.models import Identity
from accredit.profile import Assurance, Email, Profile
from accredit.testing import PEOPLE, Person, person
from accredit_facebook.normalize import to_profile
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.simulator.id_tokens import NONCE

Verify = Callable[..., Awaitable[Identity]]


def _picture(one: Person) -> str:
    return f"https://platform-lookaside.fbsbx.com/platform/profilepic/?asid={one.number}&height=256&width=256"


PROFILES = {
    "ada": Profile(
        name="Ada Lovelace",
        given_name="Ada",
        family_name="Lovelace",
        nickname="Ada",
        picture=_picture(person("ada")),
        email=Email("ada@example.com", Assurance.UNVERIFIED),
    ),
    "grace": Profile(
        name="Grace Hopper",
        given_name="Grace",
        family_name="Hopper",
        nickname="Grace",
        picture=_picture(person("grace")),
    ),
    "sappho": Profile(
        name="Sappho",
        given_name="Sappho",
        nickname="Sappho",
        picture=_picture(person("sappho")),
        email=Email("sappho@example.org", Assurance.UNVERIFIED),
    ),
    "yuki": Profile(
        name="山田 雪",
        given_name="雪",
        family_name="山田",
        nickname="雪",
        picture=_picture(person("yuki")),
        email=Email("yuki@example.jp", Assurance.UNVERIFIED),
    ),
    "alan": Profile(
        name="Alan Turing",
        given_name="Alan",
        family_name="Turing",
        nickname="Alan",
        email=Email("alan@example.com", Assurance.UNVERIFIED),
    ),
    "max": Profile(
        name="Max Planck",
        given_name="Max",
        family_name="Planck",
        nickname="Max",
        picture=_picture(person("max")),
        email=Email("max@example.de", Assurance.UNVERIFIED),
    ),
}


@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: one.key)
async def test_a_person_by_access_token_has_exactly_this_profile(verify: Verify, one: Person) -> None:
    identity = await verify(f"EAAsim-good-{one.key}")
    assert (identity.user_id, identity.profile) == (str(one.number), PROFILES[one.key])


@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: one.key)
async def test_a_person_by_limited_login_has_the_same_profile_without_nickname(
    verify: Verify, simulator: FacebookSimulator, one: Person
) -> None:
    identity = await verify(simulator.id_tokens.mint(one), nonce=NONCE)
    wanted = {name: value for name, value in PROFILES[one.key].claims().items() if name != "nickname"}
    assert (identity.user_id, identity.profile.claims()) == (str(one.number), wanted)


def test_the_claims_of_limited_login_are_read_under_their_own_names() -> None:
    claims = {
        "given_name": "Ada",
        "middle_name": "King",
        "family_name": "Lovelace",
        "picture": "https://example.com/ada.jpg",
        "user_birthday": "12/10/1815",
        "user_gender": "female",
        "user_link": "https://www.facebook.com/ada",
        "user_location": {"id": "1", "name": "London"},
        "user_friends": ["1"],
        "user_age_range": {"min": 21},
        "user_hometown": {"id": "2", "name": "Elsewhere"},
    }
    assert to_profile(claims) == Profile(
        given_name="Ada",
        middle_name="King",
        family_name="Lovelace",
        picture="https://example.com/ada.jpg",
        birthdate="1815-12-10",
        gender="female",
        profile="https://www.facebook.com/ada",
        address="London",
    )


NAMES = {
    "name": "name",
    "first_name": "given_name",
    "middle_name": "middle_name",
    "last_name": "family_name",
    "short_name": "nickname",
}


@pytest.mark.parametrize(("field", "claim"), NAMES.items())
def test_a_name_is_taken_as_it_is_and_never_split(field: str, claim: str) -> None:
    assert to_profile({field: " Ada King "}).claims() == {claim: "Ada King"}


EVERY_FIELD = [
    *NAMES,
    *("email", "picture", "link", "website", "gender", "birthday", "locale", "updated_time", "location"),
    *("given_name", "family_name", "user_link", "user_gender", "user_birthday", "user_location"),
]


@pytest.mark.parametrize("value", [None, "", " \t", 0, 7, 1.5, True, False, [], ["x"], {}, {"data": None}, {"name": 1}])
def test_an_empty_value_or_one_of_a_wrong_type_is_left_out(value: object) -> None:
    assert to_profile(dict.fromkeys(EVERY_FIELD, value)) == Profile()


@pytest.mark.parametrize("field", ["username", "verified", "timezone", "name_format", "age_range", "id", "sub"])
def test_fields_that_mean_something_else_become_no_claim(field: str) -> None:
    assert to_profile({field: "Ada"}) == Profile()


@pytest.mark.threat(23)
@pytest.mark.parametrize("verified", [True, "true", 1])
def test_facebooks_verified_does_not_verify_the_address(verified: object) -> None:
    profile = to_profile({"email": "ada@example.com", "verified": verified, "email_verified": verified})
    assert profile.claims() == {"email": "ada@example.com", "email_verified": False}


URL = "https://example.com/ada"


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (URL, URL),
        ({"data": {"url": URL, "is_silhouette": False}}, URL),
        ({"data": {"url": URL}}, URL),
        ({"data": {"url": URL, "is_silhouette": "false"}}, URL),
        ({"data": {"url": URL, "is_silhouette": True}}, None),
        ({"data": {"is_silhouette": False}}, None),
        ({"data": {"url": ""}}, None),
        ({"data": [URL]}, None),
        ({"url": URL}, None),
        ([URL], None),
    ],
)
def test_a_picture_is_an_object_or_a_string_and_never_a_silhouette(picture: object, expected: str | None) -> None:
    assert to_profile({"picture": picture}).picture == expected


@pytest.mark.parametrize(("field", "claim"), [("picture", "picture"), ("website", "website"), ("link", "profile")])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.com/", "https://example.com/"),
        ("http://example.com", "http://example.com"),
        ("HTTPS://EXAMPLE.COM/A", "HTTPS://EXAMPLE.COM/A"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.com/", None),
        ("example.com", None),
        ("https://", None),
        ("https:///x", None),
        ("https://example.com/a b", None),
        ("https://a.example\nhttps://b.example", None),
        (" javascript:https://example.com", None),
    ],
)
def test_an_address_on_the_web_is_http_or_https(field: str, claim: str, value: str, expected: str | None) -> None:
    assert getattr(to_profile({field: value}), claim) == expected


@pytest.mark.parametrize(
    ("birthday", "expected"),
    [
        ("12/10/1815", "1815-12-10"),
        ("02/29", "0000-02-29"),
        ("1815", "1815"),
        ("01/01/2000", "2000-01-01"),
        ("00/10/1815", None),
        ("13/10/1815", None),
        ("12/00/1815", None),
        ("12/31/1815", "1815-12-31"),
        ("12/32/1815", None),
        ("1/2/1815", None),
        ("1815-12-10", None),
        ("12/10/15", None),
        ("181", None),
        ("18151", None),
        ("١٨١٥", None),
        ("12/10/1815 ", "1815-12-10"),
        ("12/10/1815x", None),
    ],
)
def test_a_birthday_has_three_forms(birthday: str, expected: str | None) -> None:
    assert to_profile({"birthday": birthday}).birthdate == expected


@pytest.mark.parametrize(
    ("gender", "expected"),
    [("male", "male"), ("female", "female"), ("Female", None), ("weiblich", None), ("they", None)],
)
def test_a_gender_is_one_of_two_words_or_unknown(gender: str, expected: str | None) -> None:
    assert to_profile({"gender": gender}).gender == expected


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("en_US", "en-US"), ("fil_PH", "fil-PH"), ("en", None), ("en-US", None), ("EN_us", None), ("en_US_x", None)],
)
def test_a_locale_becomes_a_language_tag(locale: str, expected: str | None) -> None:
    assert to_profile({"locale": locale}).locale == expected


@pytest.mark.parametrize(
    ("updated_time", "expected"),
    [
        ("1970-01-01T00:00:10+0000", 10),
        ("1970-01-01T01:00:10+0100", 10),
        ("2024-05-06T07:08:09+0000", 1_714_979_289),
        ("1970-01-01T00:00:10", None),
        ("1970-01-01", None),
        ("yesterday", None),
        ("0", None),
    ],
)
def test_updated_at_is_a_moment_or_unknown(updated_time: Any, expected: int | None) -> None:
    assert to_profile({"updated_time": updated_time}).updated_at == expected


@pytest.mark.parametrize(
    ("location", "expected"),
    [({"id": "1", "name": "London"}, "London"), ({"id": "1"}, None), ({"name": " "}, None), ("London", None)],
)
def test_an_address_is_the_name_of_the_location(location: object, expected: str | None) -> None:
    assert to_profile({"location": location}).address == expected


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    "address", ["ada\u200b@gmail.com", "ada@gma\u200bil.com", "ada@gmail.com\x00", "ada\u202e@gmail.com"]
)
def test_an_address_with_a_hidden_character_is_none_and_never_another_ones(address: str) -> None:
    assert to_profile({"email": address}) == Profile()
