"""How a TikTok user becomes claims."""

import pytest

from accredit_tiktok.normalize import to_profile

LARGE, SMALL = "https://p16.tiktokcdn-us.com/a~720x720.webp?x-signature=a%3D", "https://p16.tiktokcdn-us.com/a.webp"


def test_name_is_the_displayed_one_and_the_username_a_nickname() -> None:
    profile = to_profile({"display_name": "Ada L.", "username": "ada"})
    assert profile.claims() == {"name": "Ada L.", "nickname": "ada", "preferred_username": "ada"}


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    ("large", "small", "picture"),
    [
        (LARGE, SMALL, LARGE),
        ("", SMALL, SMALL),
        (None, SMALL, SMALL),
        ("javascript:alert(1)", SMALL, SMALL),
        (1, "data:image/png;base64,AA==", None),
        (None, None, None),
    ],
)
def test_picture_is_the_large_one_else_the_small_one_else_none(
    large: object, small: object, picture: str | None
) -> None:
    assert to_profile({"avatar_large_url": large, "avatar_url": small}).picture == picture


@pytest.mark.parametrize("name", [None, "", 1, ["ada"]])
def test_what_is_no_text_is_no_name(name: object) -> None:
    assert to_profile({"display_name": name, "username": name}).claims() == {}


@pytest.mark.threat(23)
def test_nobody_has_an_address_whatever_the_answer_holds() -> None:
    assert to_profile({"email": "ada@example.com", "email_verified": True}).email is None
