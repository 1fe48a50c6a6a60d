from typing import Any

import pytest

from accredit.profile import Assurance, Email, Profile
from accredit_line.normalize import to_profile


def test_profile_userinfo_and_id_token_say_the_same_in_two_spellings() -> None:
    picture = "https://profile.line-scdn.net/ada"
    expected = Profile(name="Ada", picture=picture)
    assert to_profile({"userId": "U1", "displayName": "Ada", "pictureUrl": picture, "statusMessage": "x"}) == expected
    assert to_profile({"sub": "U1", "name": "Ada", "picture": picture, "amr": ["pwd"]}) == expected


@pytest.mark.threat(23)
@pytest.mark.parametrize("said", [{}, {"email_verified": True}, {"email_verified": "true"}])
def test_an_address_is_never_verified(said: dict[str, Any]) -> None:
    assert to_profile({"email": "ada@example.com", **said}).email == Email("ada@example.com", Assurance.UNVERIFIED)


@pytest.mark.parametrize("value", [None, "", " ", 1, [], {}, "javascript:x", "ada@"])
def test_what_is_no_picture_and_no_address_is_no_claim(value: Any) -> None:
    assert to_profile({"picture": value, "pictureUrl": value, "email": value}) == Profile()
