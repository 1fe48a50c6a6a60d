from typing import Any

import pytest

from accredit.profile import Assurance, Email, Profile
from accredit_kakao.normalize import to_profile


def me(**account: Any) -> Profile:
    return to_profile({"id": 1, "kakao_account": account})


@pytest.mark.threat(23)
@pytest.mark.parametrize("flag", [None, False, "true", 1, [True], ...])
@pytest.mark.parametrize("name", ["is_email_valid", "is_email_verified"])
def test_an_address_is_verified_by_two_booleans_alone(name: str, flag: Any) -> None:
    said = {"email": "ada@example.com", "is_email_valid": True, "is_email_verified": True}
    assert me(**said).email == Email("ada@example.com", Assurance.PROVIDER_ASSERTED)
    changed = {key: value for key, value in {**said, name: flag}.items() if value is not ...}
    assert me(**changed).email == Email("ada@example.com", Assurance.UNVERIFIED)


@pytest.mark.threat(23)
def test_the_flags_of_the_account_verify_nothing_in_an_id_token() -> None:
    claims = {"email": "ada@example.com", "is_email_valid": True, "is_email_verified": True, "email_verified": True}
    assert to_profile(claims).email == Email("ada@example.com", Assurance.UNVERIFIED)


@pytest.mark.parametrize(
    ("said", "birthdate"),
    [
        ({"birthyear": "1990", "birthday": "1130", "birthday_type": "SOLAR"}, "1990-11-30"),
        ({"birthday": "1130", "birthday_type": "SOLAR"}, "0000-11-30"),
        ({"birthyear": "1990"}, "1990"),
        ({"birthyear": "1990", "birthday": "1130", "birthday_type": "LUNAR"}, None),
        ({"birthday": "1130", "birthday_type": "LUNAR"}, None),
        ({"birthyear": "1990", "birthday": "1130"}, "1990"),
        ({"birthday": "1330", "birthday_type": "SOLAR"}, None),
        ({"birthday": "1132", "birthday_type": "SOLAR"}, None),
        ({"birthday": 1130, "birthday_type": "SOLAR"}, None),
        ({"birthyear": 1990, "birthday": "1130", "birthday_type": "SOLAR"}, "0000-11-30"),
        ({"birthyear": "90"}, None),
    ],
)
def test_a_birthdate_is_what_is_stated_and_never_a_lunar_one(said: dict[str, Any], birthdate: str | None) -> None:
    assert me(**said).birthdate == birthdate


def test_what_is_only_a_default_is_no_claim() -> None:
    profile = {"nickname": "User", "profile_image_url": "https://k.kakaocdn.net/dn/default.jpg"}
    assert me(profile=profile) == Profile(nickname="User", picture="https://k.kakaocdn.net/dn/default.jpg")
    assert me(profile={**profile, "is_default_nickname": True, "is_default_image": True}) == Profile()


@pytest.mark.parametrize("value", [None, "", 1, [], {}, "other"])
def test_a_gender_is_one_of_two_words(value: Any) -> None:
    assert me(gender="male").gender == "male"
    assert me(gender=value, profile=value).gender is None
