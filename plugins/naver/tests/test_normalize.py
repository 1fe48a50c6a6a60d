from typing import Any

import pytest

from accredit.profile import Assurance, Email, Profile
from accredit_naver.normalize import to_profile


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("address", "assurance"),
    [
        ("ada@naver.com", Assurance.PROVIDER_ASSERTED),
        ("ada@NAVER.com", Assurance.PROVIDER_ASSERTED),
        ("ada@mail.naver.com", Assurance.UNVERIFIED),
        ("ada@naver.com.example", Assurance.UNVERIFIED),
        ("ada@notnaver.com", Assurance.UNVERIFIED),
        ("ada@navercorp.com", Assurance.UNVERIFIED),
        ("naver.com@example.com", Assurance.UNVERIFIED),
        ("ada@\u0149aver.com", Assurance.UNVERIFIED),
    ],
)
def test_no_address_but_one_of_naver_itself_is_verified(address: str, assurance: Assurance) -> None:
    assert to_profile({"email": address}).email == Email(address, assurance)


@pytest.mark.threat(23)
def test_no_flag_verifies_an_address() -> None:
    said = {"email": "ada@example.com", "email_verified": True, "is_email_verified": True}
    assert to_profile(said).email == Email("ada@example.com", Assurance.UNVERIFIED)


@pytest.mark.parametrize("value", [None, "", 1, ["a@naver.com"], "@naver.com", "naver.com", "a b@naver.com"], ids=repr)
def test_what_is_no_address_is_none(value: Any) -> None:
    assert to_profile({"email": value}) == Profile()


@pytest.mark.parametrize(
    ("nickname", "found"),
    [("ada", "ada"), ("ada***", None), ("ada*****", None), ("***", None), ("ada**", "ada**"), ("a***a", "a***a")],
)
def test_a_masked_id_is_no_nickname(nickname: str, found: str | None) -> None:
    assert to_profile({"nickname": nickname}).nickname == found


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        ("https://phinf.pstatic.net/contact/a.jpg", True),
        ("https://ssl.pstatic.net/static/pwe/address/nodata_33x33.gif", False),
        ("https://ssl.pstatic.net/static/pwe/address/img_profile.png", False),
        ("https://ssl.pstatic.net/static/other.png", True),
        ("javascript:alert(1)", False),
    ],
)
def test_a_default_picture_is_none(picture: str, found: bool) -> None:
    assert to_profile({"profile_image": picture}).picture == (picture if found else None)


@pytest.mark.parametrize(
    ("said", "birthdate"),
    [
        ({"birthyear": "1990", "birthday": "11-30"}, "1990-11-30"),
        ({"birthday": "11-30"}, "0000-11-30"),
        ({"birthyear": "1990"}, "1990"),
        ({"birthyear": "90", "birthday": "11-30"}, "0000-11-30"),
        ({"birthyear": 1990, "birthday": "1130"}, None),
        ({"birthday": "13-30"}, None),
        ({"birthday": "11-32"}, None),
        ({"birthday": ["11-30"]}, None),
        ({"birthyear": "1990\n"}, None),
    ],
)
def test_a_birthdate_is_what_is_stated(said: dict[str, Any], birthdate: str | None) -> None:
    assert to_profile(said).birthdate == birthdate


@pytest.mark.parametrize(
    ("value", "gender"), [("F", "female"), ("M", "male"), ("U", None), ("f", None), (None, None), (["F"], None)]
)
def test_a_gender_is_one_of_two_letters(value: Any, gender: str | None) -> None:
    assert to_profile({"gender": value}).gender == gender
