"""X's user objects as OIDC claims."""

from typing import Any

import pytest

from accredit.audience import SignedByUs
from accredit.credentials import ProviderToken
from accredit.models import Verification
from accredit.profile import Assurance, Email, Profile
from accredit.testing import BASE_URL, PEOPLE, Person, exchange_for
from accredit_twitter.normalize import to_profile
from accredit_twitter.settings import TwitterSettings
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.simulator.tokens import secret_of, token_name
from accredit_twitter.strategy import TwitterStrategy

NOW = 1_790_000_000.0


def profile(**claims: Any) -> Profile:
    return Profile(
        nickname=claims["preferred_username"], profile=f"https://x.com/{claims['preferred_username']}", **claims
    )


def asserted(address: str) -> Email:
    return Email(address, Assurance.PROVIDER_ASSERTED)


PICTURES = "https://pbs.twimg.com/profile_images"
EXPECTED = {
    "ada": profile(
        name="Ada Lovelace",
        preferred_username="ada",
        picture=f"{PICTURES}/1000000000000001/ada.jpg",
        website="https://ada.example.com/notes",
        email=asserted("ada@example.com"),
        address="London",
    ),
    "grace": profile(
        name="Grace Hopper",
        preferred_username="grace_h",
        picture=f"{PICTURES}/1000000000000002/grace_h.jpg",
    ),
    "sappho": profile(
        name="Sappho",
        preferred_username="sappho",
        picture=f"{PICTURES}/1000000000000003/sappho.jpg",
        email=asserted("sappho@example.org"),
        address="Μυτιλήνη",
    ),
    "yuki": profile(
        name="山田 雪",
        preferred_username="yuki_y",
        picture=f"{PICTURES}/1000000000000004/yuki_y.jpg",
        email=asserted("yuki@example.jp"),
    ),
    "alan": profile(name="Alan Turing", preferred_username="alan_t", email=asserted("alan@example.com")),
    "max": profile(
        name="Max Planck",
        preferred_username="max_p",
        picture=f"{PICTURES}/9007199254740993/max_p.jpg",
        email=asserted("max@example.de"),
    ),
}


@pytest.mark.parametrize("profile_api", ["v2", "v1.1"])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.key)
async def test_each_person_has_exactly_the_claims_x_states(who: Person, profile_api: str) -> None:
    simulator = TwitterSimulator(clock=lambda: NOW)
    async with exchange_for(simulator, connection={"profile_api": profile_api}, clock=lambda: NOW) as exchange:
        token = ProviderToken.of(token_name(who, "Good"), secret=secret_of(who, "Good"))
        identity = await exchange.verify("twitter", token)
    expected = EXPECTED[who.key].claims()
    if profile_api == "v1.1" and who.key == "ada":
        expected["website"] = "https://t.co/simada"  # entities are not asked for there
    assert identity.profile.claims() == expected


def normalize(**user: Any) -> dict[str, Any]:
    settings = TwitterSettings.model_validate(TwitterSimulator().settings(BASE_URL))
    verification = Verification(user_id="1", audience=SignedByUs("SimConsumerKey"), claims=user)
    return TwitterStrategy(settings).normalize(verification).claims()


def test_a_user_without_anything_has_no_claims() -> None:
    assert normalize(id="1") == {}


@pytest.mark.parametrize("blank", ["", "  ", None, 0, 5, True, [], {}, ["x"]])
def test_what_is_blank_or_no_text_is_left_out(blank: object) -> None:
    names = (
        "name username screen_name location url lang confirmed_email email profile_image_url profile_image_url_https "
        "entities"
    )
    assert normalize(**dict.fromkeys(names.split(), blank)) == {}


def test_a_user_name_is_three_claims_and_never_a_real_name() -> None:
    assert normalize(username="ada") == {
        "nickname": "ada",
        "preferred_username": "ada",
        "profile": "https://x.com/ada",
    }


def test_a_user_name_cannot_break_out_of_the_profile_link() -> None:
    assert normalize(screen_name="../a?b#c")["profile"] == "https://x.com/..%2Fa%3Fb%23c"


def test_a_display_name_is_never_split() -> None:
    assert normalize(name="Ada Lovelace") == {"name": "Ada Lovelace"}


@pytest.mark.parametrize("field", ["confirmed_email", "email"])
def test_an_address_x_hands_out_is_verified(field: str) -> None:
    assert normalize(**{field: "Ada+x@Example.com"}) == {"email": "Ada+x@Example.com", "email_verified": True}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://pbs.twimg.com/a/b_normal.jpg", "https://pbs.twimg.com/a/b.jpg"),
        ("https://pbs.twimg.com/a/b_normal.JPEG", "https://pbs.twimg.com/a/b.JPEG"),
        ("https://pbs.twimg.com/a/b_normal", "https://pbs.twimg.com/a/b"),
        ("https://pbs.twimg.com/a_normal_b/c_normal.png", "https://pbs.twimg.com/a_normal_b/c.png"),
        ("https://pbs.twimg.com/a/b_400x400.jpg", "https://pbs.twimg.com/a/b_400x400.jpg"),
        ("https://pbs.twimg.com/a/abnormal.jpg", "https://pbs.twimg.com/a/abnormal.jpg"),
        ("https://abs.twimg.com/sticky/default_profile_images/default_profile_normal.png", None),
        ("http://pbs.twimg.com/a/b_normal.jpg", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https:///b_normal.jpg", None),
        ("//pbs.twimg.com/b.jpg", None),
        ("https://pbs.twimg.com/a b.jpg", None),
    ],
)
def test_a_picture_is_the_full_one_over_https(url: str, expected: str | None) -> None:
    assert normalize(profile_image_url=url).get("picture") == expected


def test_v1_1_has_the_https_picture_beside_the_http_one() -> None:
    both = {"profile_image_url": "http://x.test/a.jpg", "profile_image_url_https": "https://x.test/a.jpg"}
    assert normalize(**both)["picture"] == "https://x.test/a.jpg"


@pytest.mark.parametrize(("is_default", "is_there"), [(True, False), (False, True), (None, True), ("true", True)])
def test_the_default_picture_is_no_picture(is_default: object, is_there: bool) -> None:
    user = normalize(profile_image_url_https="https://x.test/a.jpg", default_profile_image=is_default)
    assert ("picture" in user) is is_there


def entities(url: object) -> dict[str, Any]:
    return {"url": {"urls": [{"expanded_url": url}, {"expanded_url": "https://second.example"}]}}


@pytest.mark.parametrize(
    ("expanded", "expected"),
    [
        (entities("https://ada.example.com"), "https://ada.example.com"),
        (entities("HTTP://ada.example.com/?q=1#f"), "HTTP://ada.example.com/?q=1#f"),
        (entities("javascript:alert(1)"), "https://t.co/x"),
        (entities(None), "https://t.co/x"),
        ({"url": {"urls": []}}, "https://t.co/x"),
        ({"url": {"urls": "https://ada.example.com"}}, "https://t.co/x"),
        ({"url": {"urls": [{}]}}, "https://t.co/x"),
        ({"url": None}, "https://t.co/x"),
        ({"description": {}}, "https://t.co/x"),
        (None, "https://t.co/x"),
    ],
)
def test_a_website_is_what_the_user_typed_or_else_the_short_link(expanded: object, expected: str) -> None:
    assert normalize(entities=expanded, url="https://t.co/x")["website"] == expected


def test_a_website_that_is_no_web_address_is_left_out() -> None:
    assert normalize(url="data:text/html,x", entities=entities("javascript:alert(1)")) == {}


def test_a_language_is_a_locale_and_a_time_zone_is_nothing() -> None:
    assert normalize(lang="en", time_zone="Pacific Time (US & Canada)", utc_offset=-28800) == {"locale": "en"}


def test_a_location_is_a_formatted_address() -> None:
    assert normalize(location=" London ") == {"address": {"formatted": "London"}}


def test_the_day_the_account_was_made_is_not_when_it_was_updated() -> None:
    assert normalize(created_at="2009-05-09T17:58:22.000Z", verified=True) == {}


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    "address", ["ada\u200b@gmail.com", "ada@gma\u200bil.com", "ada@gmail.com\x00", "ada\u202e@gmail.com"]
)
@pytest.mark.parametrize("field", ["confirmed_email", "email"])
def test_an_address_with_a_hidden_character_is_none_and_never_another_ones(address: str, field: str) -> None:
    assert to_profile({field: address}) == Profile()
