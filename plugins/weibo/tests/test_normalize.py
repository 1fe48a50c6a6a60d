"""How a Weibo user becomes OIDC claims."""

import pytest

from accredit.credentials import ProviderToken
from accredit.profile import Assurance, Email, Profile
from accredit.testing import exchange_for
from accredit_weibo.normalize import to_profile
from accredit_weibo.simulator import WeiboSimulator

AVATAR = "https://tvax1.sinaimg.cn/crop.0.0.512.512.1024/sim-{}.jpg"


def unverified(address: str) -> Email:
    return Email(address, Assurance.UNVERIFIED)


PROFILES = {
    "ada": Profile(
        name="Ada Lovelace",
        nickname="ada",
        preferred_username="ada",
        profile="https://weibo.com/u/1000000000000001",
        picture=AVATAR.format("ada"),
        website="http://blog.example.com/ada",
        gender="female",
        locale="zh-CN",
        email=unverified("ada@example.com"),
        address="海外 英国",
    ),
    "grace": Profile(
        name="Grace Hopper",
        nickname="grace_h",
        preferred_username="grace_h",
        profile="https://weibo.com/u/1000000000000002",
        picture=AVATAR.format("grace"),
        gender="female",
        locale="zh-CN",
    ),
    "sappho": Profile(
        name="Sappho",
        nickname="sappho",
        preferred_username="sappho",
        profile="https://weibo.com/u/1000000000000003",
        picture=AVATAR.format("sappho"),
        gender="female",
        locale="zh-CN",
        email=unverified("sappho@example.org"),
    ),
    "yuki": Profile(
        name="山田 雪",
        nickname="yuki_y",
        preferred_username="yuki_y",
        profile="https://weibo.com/u/1000000000000004",
        picture=AVATAR.format("yuki"),
        locale="zh-CN",
        email=unverified("yuki@example.jp"),
    ),
    "alan": Profile(
        name="Alan Turing",
        nickname="alan_t",
        preferred_username="alan_t",
        profile="https://weibo.com/u/1000000000000005",
        gender="male",
        locale="zh-CN",
        email=unverified("alan@example.com"),
    ),
    "max": Profile(
        name="Max Planck",
        nickname="max_p",
        preferred_username="max_p",
        profile="https://weibo.com/u/9007199254740993",
        picture=AVATAR.format("max"),
        gender="male",
        locale="zh-CN",
        email=unverified("max@example.de"),
    ),
}


@pytest.mark.parametrize("key", PROFILES)
async def test_profile_of_each_person_is_exactly_this(key: str) -> None:
    async with exchange_for(WeiboSimulator()) as exchange:
        identity = await exchange.verify("weibo", ProviderToken.of(f"2.00sim-good-{key}"))

    assert identity.profile == PROFILES[key]


def test_user_of_whom_nothing_is_known_has_only_a_page() -> None:
    assert to_profile("1", {}, None) == Profile(profile="https://weibo.com/u/1")


def test_blank_null_and_wrongly_typed_fields_are_left_out() -> None:
    fields = ("screen_name", "name", "location", "url", "avatar_hd", "avatar_large", "profile_image_url")
    for value in ("", "  ", None, 7, True, ["x"], {"m": 1}):
        user = dict.fromkeys((*fields, "gender", "lang"), value)
        assert to_profile("1", user, value) == Profile(profile="https://weibo.com/u/1")


def test_screen_name_stands_in_for_an_absent_name() -> None:
    profile = to_profile("1", {"name": " ", "screen_name": "ada"}, None)

    assert (profile.name, profile.nickname, profile.preferred_username) == ("ada", "ada", "ada")


def test_name_does_not_stand_in_for_an_absent_screen_name() -> None:
    profile = to_profile("1", {"name": "Ada"}, None)

    assert (profile.name, profile.nickname, profile.preferred_username) == ("Ada", None, None)


def test_largest_picture_wins() -> None:
    user = {
        "avatar_hd": "https://img.example/hd",
        "avatar_large": "https://img.example/180",
        "profile_image_url": "http://img.example/50",
    }
    for field in ("avatar_hd", "avatar_large", "profile_image_url"):
        assert to_profile("1", user, None).picture == user[field]
        user[field] = ""


@pytest.mark.parametrize("url", ["http://example.com", "https://example.com/a?b#c", "HTTPS://example.com"])
def test_web_address_is_kept(url: str) -> None:
    profile = to_profile("1", {"url": url, "avatar_hd": url}, None)

    assert (profile.website, profile.picture) == (url, url)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "example.com", "//example.com", "https://", "http://[", "ftp://a"],
)
def test_whatever_is_no_web_address_is_left_out(url: str) -> None:
    profile = to_profile("1", {"url": url, "avatar_hd": url}, None)

    assert (profile.website, profile.picture) == (None, None)


@pytest.mark.parametrize(("gender", "claim"), [("m", "male"), ("f", "female"), ("n", None), ("M", None), ("x", None)])
def test_gender_is_spelt_out_where_stated(gender: str, claim: str | None) -> None:
    assert to_profile("1", {"gender": gender}, None).gender == claim


@pytest.mark.parametrize(
    ("lang", "locale"),
    [
        *(("zh-cn", "zh-CN"), ("ZH_TW", "zh-TW"), ("en", "en"), (" en-us ", "en-US")),
        *(("chinese", None), ("zh-", None), ("zh-c", None), ("zh-cn-x", None), ("中文", None)),
    ],
)
def test_language_becomes_a_bcp_47_tag(lang: str, locale: str | None) -> None:
    assert to_profile("1", {"lang": lang}, None).locale == locale


@pytest.mark.threat(23)
def test_address_is_trimmed_and_never_verified() -> None:
    assert to_profile("1", {}, " ada@example.com ").email == unverified("ada@example.com")


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    "address", ["ada\u200b@gmail.com", "ada@gma\u200bil.com", "ada@gmail.com\x00", "ada\u202e@gmail.com"]
)
def test_an_address_with_a_hidden_character_is_none_and_never_another_ones(address: str) -> None:
    assert to_profile("1", {}, address).email is None
