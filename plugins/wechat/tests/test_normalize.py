"""What a WeChat user becomes."""

import pytest

from accredit_wechat.normalize import to_profile


@pytest.mark.parametrize(
    ("sex", "gender"),
    [
        (1, "male"),
        (2, "female"),
        (0, None),
        (3, None),
        (True, None),
        ("1", None),
        (1.0, None),
        (None, None),
        ([], None),
    ],
)
def test_gender_is_what_a_whole_number_says(sex: object, gender: str | None) -> None:
    assert to_profile({"sex": sex}).gender == gender


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    ("value", "picture"),
    [
        ("https://thirdwx.qlogo.cn/mmopen/x/132", "https://thirdwx.qlogo.cn/mmopen/x/132"),
        *((odd, None) for odd in ("", None, 1, "javascript:alert(1)", "/132", ["https://thirdwx.qlogo.cn/x/0"])),
    ],
)
def test_picture_is_a_plain_link_or_not_there(value: object, picture: str | None) -> None:
    assert to_profile({"headimgurl": value}).picture == picture


def test_nickname_is_no_name_and_nobody_has_an_address() -> None:
    claims = to_profile({"nickname": "Ada", "email": "ada@example.com", "name": "Ada", "unionid": "o"}).claims()
    assert claims == {"nickname": "Ada"}
