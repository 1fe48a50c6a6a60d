"""What a text, a web address and an e-mail address may be."""

import json
from typing import Any

import pytest

from accredit.profile import LONGEST_PROFILE_BYTES, Assurance, Email, Profile
from accredit.text import (
    LONGEST_EMAIL,
    LONGEST_LOCAL_PART,
    LONGEST_PLACE,
    LONGEST_TEXT,
    LONGEST_URL,
    digits,
    email_address,
    short_text,
    text,
    web_url,
)

PEOPLE_WRITE = (
    "Ada Lovelace",
    "山田 雪",
    "ندا می‌خواهم",  # Persian, with a zero-width non-joiner
    "क्‍ष हिन्दी",  # Hindi, with a zero-width joiner
    "👩‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪 ❤️",
    "A\u2067ندا\u2069B \u2066x\u2069 \u2068y\u2069",  # isolates
    "Zoë Å e\u0301\u0323",  # combining marks
    "نعم \u200f(x)\u200e",  # marks of direction
    'O\'Brien & Söhne <3 "Q"',
)
HOSTILE = {
    "Ada\x00Admin": "AdaAdmin",
    "Ada\r\nSet-Cookie: x": "Ada Set-Cookie: x",
    "Ada\tB": "Ada B",
    "Ada\u2028B\u2029C": "Ada B C",
    "Ada\x1b[31m": "Ada[31m",
    "Ada\x7f\x85\x9b1m": "Ada 1m",
    "\u202eadA": "adA",
    "A\u202a\u202b\u202c\u202dB": "AB",
    "A\u200bd\u200ba": "Ada",
    "\ufeffAda\ufeff": "Ada",
    "Ada\u2067": "Ada",  # an isolate that would reach into the host's line
    "Ada\u2069 B": "Ada B",  # one that would end the host's
    "\u2068A\u2069\u2069 \u2066\u2067B\u2069": "\u2068A\u2069 \u2067B\u2069",
}


@pytest.mark.threat(50)
@pytest.mark.parametrize("written", PEOPLE_WRITE, ids=ascii)
def test_what_people_write_stays_letter_for_letter(written: str) -> None:
    assert text(written) == written
    assert Profile(name=written).claims() == {"name": written}


@pytest.mark.threat(50)
@pytest.mark.parametrize(("hostile", "expected"), HOSTILE.items(), ids=ascii)
def test_what_breaks_a_line_or_turns_it_around_is_taken_out(hostile: str, expected: str) -> None:
    assert text(hostile) == expected
    assert Profile(name=hostile, address=hostile).claims() == {"name": expected, "address": {"formatted": expected}}


@pytest.mark.parametrize(
    "value", ["\u200b", "\x00\x00", "\u202e\u202c", " \ufeff ", "\u200d", "\u2066\u2069", "\u200c "]
)
def test_what_shows_nothing_is_absent(value: str) -> None:
    assert text(value) is None


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("x" * 240_000, "x" * LONGEST_TEXT),
        ("x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
        ("x" * (LONGEST_TEXT - 1) + " y", "x" * (LONGEST_TEXT - 1)),
        ("x" * (LONGEST_TEXT - 1) + "e\u0301\u0323", "x" * (LONGEST_TEXT - 1)),
        ("x" * (LONGEST_TEXT - 2) + "👩\u200d👧", "x" * (LONGEST_TEXT - 2)),
        ("x" * (LONGEST_TEXT - 1) + "👍🏽", "x" * (LONGEST_TEXT - 1)),
        ("x" * (LONGEST_TEXT - 1) + "🇩🇪", "x" * (LONGEST_TEXT - 1)),
        ("x" * (LONGEST_TEXT - 2) + "🇩🇪🇫🇷", "x" * (LONGEST_TEXT - 2) + "🇩🇪"),
        ("\u200b" * 240_000 + "Ada", "Ada"),
        ("a" + "\u0301" * 1000, "a" + "\u0301" * (LONGEST_TEXT - 1)),
    ],
    ids=range(10),
)
def test_a_text_that_is_too_long_is_cut_between_two_characters(value: str, kept: str) -> None:
    assert text(value) == kept
    assert text(kept) == kept


def test_every_claim_has_a_length_of_its_own() -> None:
    long: Any = "x" * 5000
    profile = Profile(name=long, address=long, birthdate=long, locale=long, zoneinfo=long, gender=long)
    assert {name: len(value) for name, value in profile.claims().items() if name != "address"} == {
        "name": LONGEST_TEXT,
        "gender": LONGEST_TEXT,
    }
    assert profile.address == "x" * LONGEST_PLACE


def test_a_text_of_a_set_form_is_dropped_and_not_cut() -> None:
    assert short_text("2000-01-01", longest=10) == "2000-01-01"
    assert short_text("2000-01-011", longest=10) is None
    assert short_text(20000101, longest=10) is None


@pytest.mark.parametrize(
    ("value", "expected"), [(0, 0), (253_402_300_799, 253_402_300_799), (253_402_300_800, None), (-1, None)]
)
def test_a_moment_is_a_whole_number_of_our_time(value: int, expected: int | None) -> None:
    assert Profile(updated_at=value).updated_at == expected


def test_a_moment_of_five_thousand_digits_fails_no_login() -> None:
    assert Profile(updated_at=10**5000).claims() == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://example.com:8080/a/b?c=d&e=f#g",
        "HTTPS://Example.com/",
        "https://[2001:db8::1]:443/x",
        "https://例え.jp/道",
        "https://a-b_c.example/%22%0d%0a",
        "https://example.com/~ada/(x);y,z!$*+=@:",
    ],
)
def test_a_plain_link_is_kept(url: str) -> None:
    assert web_url(url) == url
    assert Profile(picture=url, website=url, profile=url).claims() == dict.fromkeys(
        ("profile", "picture", "website"), url
    )


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    "url",
    [
        'http://x/"><script>alert(1)</script>',
        "http://x/'onerror='alert(1)",
        "https://x/`",
        "https://x/<b>",
        "https://x/a b",
        "https://x/\r\nSet-Cookie: a",
        "https://x/\x00",
        "https://x/\u202egnp.exe",
        "https://x/\u200b",
        "java\tscript:alert(1)",
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://x",
        "data:text/html,x",
        "ftp://x/",
        "//x/y",
        "https://user@x/",
        "https://user:password@x/",
        "https://good.example\\@evil.example/",
        "https://good.example%2F@evil.example/",
        "https://x%00y/",
        "https://x:99999/",
        "https://x:port/",
        "https://[::1/",
        "https:///path",
        "https://",
        "https:x",
        "https://x/" + "a" * LONGEST_URL,
        "https://x/\ud800",
    ],
    ids=ascii,
)
def test_any_other_link_is_dropped(url: str) -> None:
    assert web_url(url) is None
    assert Profile(picture=url, website=url, profile=url).claims() == {}


def test_a_link_of_the_longest_length_is_kept_whole() -> None:
    url = "https://x/" + "a" * (LONGEST_URL - 10)
    assert web_url(url) == url


ADDRESSES = (
    "ada@example.com",
    "Ada.Lovelace+tag@Mail.Example.COM",
    "o'brien&co=x/y{z}@example.com",
    "a..b.@docomo.example",
    "ada@localhost",
    "用户@例え.jp",
    "a@xn--r8jz45g.jp",
    "a" * LONGEST_LOCAL_PART + "@example.com",
    "a@" + "b" * (LONGEST_EMAIL - 2),
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_plain_address_is_kept_letter_for_letter(address: str) -> None:
    assert email_address(f" {address} ") == address
    assert Profile(email=Email(address, Assurance.AUTHORITATIVE)).claims() == {"email": address, "email_verified": True}


@pytest.mark.threat(50)
@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com\x00",
        "ada\r\nBcc: all@example.com",
        "ada@example.com\n.evil.example",
        "ada@example.com\u200b",
        "ada\u200b@example.com",
        "ada@example.com\u202e",
        "\ufeffada@example.com",
        "ada@exam\u200dple.com",
        "ada＠example.com",
        "ada@evil.example@example.com",
        '"ada lovelace"@example.com',
        "Ada <ada@example.com>",
        "ada@example.com,eve@example.com",
        "ada@example.com;eve@example.com",
        "ada@[127.0.0.1]",
        "ada(comment)@example.com",
        "ada@example..com",
        "ada@.example.com",
        "ada@example.com.",
        "ada@-example.com",
        "ada@exa mple.com",
        "ada@",
        "@example.com",
        "ada",
        "",
        None,
        7,
        "a" * (LONGEST_LOCAL_PART + 1) + "@example.com",
        "é" * 40 + "@example.com",
        "a@" + "b" * (LONGEST_EMAIL - 1),
        "a@" + "é" * 200,
        "a@" + "b." * 120_000,
        "ada@example.com\ud800",
    ],
    ids=ascii,
)
def test_any_other_address_is_dropped(address: Any) -> None:
    assert email_address(address) is None
    assert Profile(email=Email(address, Assurance.PROVIDER_ASSERTED)).claims() == {}


@pytest.mark.threat(50)
@pytest.mark.parametrize("character", ["x", '"', "é", "雪", "👍"])
def test_all_claims_together_are_bounded_and_the_longest_go_first(character: str) -> None:
    urls = {name: f"https://x/{name}" + "a" * 1900 for name in ("profile", "picture", "website")}
    texts = ("name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "gender")
    profile = Profile(
        **urls,  # type: ignore[arg-type]  # mypy takes them for every field
        **dict.fromkeys(texts, character * LONGEST_TEXT),  # type: ignore[arg-type]  # as above
        address=character * LONGEST_PLACE,
        email=Email("ada@example.com", Assurance.UNVERIFIED),
        birthdate="1815-12-10",
    )
    claims = profile.claims()
    assert len(json.dumps(claims)) <= LONGEST_PROFILE_BYTES
    assert {"email", "email_verified", "birthdate"} <= claims.keys()
    dropped = [*({*urls, *texts} - claims.keys())]
    kept = max((len(json.dumps(value)) for value in claims.values()), default=0)
    assert dropped or profile.address is None
    assert all(len(json.dumps(character * LONGEST_TEXT)) >= kept or name in urls for name in dropped)


def test_what_is_clean_stays_as_it_is() -> None:
    profile = Profile(name="\u202e" + "x" * 300, picture="https://x/y", email=Email(" a@b ", Assurance.UNVERIFIED))
    assert Profile(name=profile.name, picture=profile.picture, email=profile.email) == profile


@pytest.mark.parametrize("number", [1, 42, 2**53 + 1, 2**64 - 1])
def test_an_id_of_digits_is_one_spelling_whether_number_or_string(number: int) -> None:
    assert digits(number) == digits(str(number)) == str(number)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, -1, 1.0, 1e3, 10**20, 10**5000, [], {}, b"1"),
        *("", "0", "-1", "+1", "01", "1.0", "1e3", " 1", "1\n", "1_0", "0x1", "١", "²", "1" * 21),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_whole_number_in_its_one_spelling_is_no_id(value: object) -> None:
    assert digits(value) is None
