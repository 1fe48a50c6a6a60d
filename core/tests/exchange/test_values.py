"""Values that cannot be built wrong."""

from typing import Any

import pytest

from accredit import AppBound, Assurance, Email, ExchangeRequest, Profile, ProviderToken, Verification
from accredit.errors import AccessDenied, InvalidParameter
from accredit.text import text, web_url


@pytest.mark.threat(16)
@pytest.mark.parametrize("value", ["a", "a b", "~!#&%00", "x" * 1024])
def test_a_token_of_printable_ascii_is_accepted(value: str) -> None:
    assert ProviderToken.of(value, secret=value, nonce=value).reveal() == value


@pytest.mark.threat(16)
@pytest.mark.parametrize("value", ["", "a\n", "\r\nX: y", "\0", "\x7f", "é", "\ud800"])
def test_any_other_is_refused_and_named(value: str) -> None:
    with pytest.raises(InvalidParameter, match=r"^access_token$"):
        ProviderToken.of(value)
    with pytest.raises(InvalidParameter, match=r"^access_token_secret$"):
        ProviderToken.of("a", secret=value)
    with pytest.raises(InvalidParameter, match=r"^nonce$"):
        ProviderToken.of("a", nonce=value)


def test_no_secret_shows_in_a_repr() -> None:
    token = ProviderToken.of("MARKED", secret="MARKED", nonce="MARKED")
    request = ExchangeRequest(client_id="app", connection="acme", token=token)

    assert "MARKED" not in f"{token!r} {token} {request!r} {request}"
    verification = Verification(user_id="1", audience=AppBound("a"), claims={"email": "MARKED"})
    assert "MARKED" not in repr(verification)


@pytest.mark.parametrize(
    ("value", "is_jwt"),
    [
        ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", True),
        ("eyJhbGciOiJSUzI1NiJ9..", False),
        ("eyJhbGciOiJSUzI1NiJ9.e30", False),
        ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln.more", False),
        ("e30.e30.c2ln", True),
        ("x.e30.", True),
        ("eyJhbGciOiJSUzI1NiJ9.WyJhbGciXQ.c2ln", False),  # ["alg"]
        ("a.b.c", False),
        ("!!!.!!!.!!!", False),
        ("e30._w.c2ln", False),  # not UTF-8
        ("ya29.a0AfH6SMB.x", False),
        ("e30." + "W1tb" * 3000 + ".c2ln", False),
        ("opaque", False),
    ],
)
def test_an_id_token_is_recognised_by_its_form(value: str, is_jwt: bool) -> None:
    assert ProviderToken.of(value).is_jwt is is_jwt


@pytest.mark.threat(27)
@pytest.mark.parametrize("user_id", ["1", "x" * 200, "a{}~!", "9007199254740993", "007"])
def test_a_user_id_is_kept_letter_for_letter(user_id: str) -> None:
    assert Verification(user_id=user_id, audience=AppBound("a"), claims={}).user_id == user_id


@pytest.mark.parametrize("user_id", ["", "x" * 201, "a|b", "a b", "a\n", "é", "\0"])
def test_a_user_id_that_could_be_mistaken_is_refused(user_id: str) -> None:
    with pytest.raises(ValueError, match=r"^user_id must be 1 to 200 printable ASCII characters without '|'"):
        Verification(user_id=user_id, audience=AppBound("a"), claims={})


@pytest.mark.parametrize("user_id", [1, 1.0, None, True, b"1"])
def test_a_user_id_that_is_no_string_is_refused(user_id: Any) -> None:
    with pytest.raises(TypeError, match=r"^user_id must be a string$"):
        Verification(user_id=user_id, audience=AppBound("a"), claims={})


@pytest.mark.parametrize("proof", [None, "a", ("a",), AppBound])
def test_a_verification_needs_a_proof_of_audience(proof: Any) -> None:
    with pytest.raises(TypeError, match=r"^audience must be an AudienceProof$"):
        Verification(user_id="1", audience=proof, claims={})


def test_the_end_of_a_token_and_its_scopes_may_be_stated_or_not() -> None:
    told = Verification(user_id="1", audience=AppBound("a"), claims={}, expires_at=1, scopes=frozenset({"email"}))
    assert (told.expires_at, told.scopes) == (1, frozenset({"email"}))
    untold = Verification(user_id="1", audience=AppBound("a"), claims={}, expires_at=None)
    assert (untold.expires_at, untold.scopes) == (None, frozenset())


@pytest.mark.parametrize("expires_at", ["soon", "1", 1.5, True, b"1", [1]])
def test_an_end_that_is_no_whole_number_is_refused(expires_at: Any) -> None:
    with pytest.raises(TypeError, match=r"^expires_at must be a whole number, or None$"):
        Verification(user_id="1", audience=AppBound("a"), claims={}, expires_at=expires_at)


@pytest.mark.parametrize("expires_at", [0, -1])
def test_an_end_that_is_no_moment_is_refused(expires_at: int) -> None:
    with pytest.raises(ValueError, match=r"^expires_at must be positive"):
        Verification(user_id="1", audience=AppBound("a"), claims={}, expires_at=expires_at)


@pytest.mark.parametrize("scopes", [None, "email", ["email"], {"email"}, frozenset({1}), frozenset({None})])
def test_scopes_that_are_no_set_of_texts_are_refused(scopes: Any) -> None:
    with pytest.raises(TypeError, match=r"^scopes must be a frozenset of strings$"):
        Verification(user_id="1", audience=AppBound("a"), claims={}, scopes=scopes)


def test_a_profile_states_its_claims_and_leaves_the_rest_out() -> None:
    assert Profile().claims() == {}
    assert Profile(name="Ada", updated_at=0, address="London").claims() == {
        "name": "Ada",
        "updated_at": 0,
        "address": {"formatted": "London"},
    }


@pytest.mark.parametrize("assurance", list(Assurance))
def test_an_address_is_verified_from_provider_asserted_up(assurance: Assurance) -> None:
    claims = Profile(email=Email("a@example.com", assurance)).claims()

    assert claims == {"email": "a@example.com", "email_verified": assurance is not Assurance.UNVERIFIED}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Ada", "Ada"),
        (" Ada ", "Ada"),
        ("", None),
        (" \t\n", None),
        (None, None),
        (7, None),
        (["Ada"], None),
        ("山田", "山田"),
        ("💥", "💥"),
        ("Ada \ud83d", "Ada \ufffd"),
    ],
)
def test_text_is_trimmed_or_absent(value: object, kept: str | None) -> None:
    assert text(value) == kept


@pytest.mark.parametrize("value", ["https://x.example/a?b=c#d", "http://x.example"])
def test_a_link_is_kept(value: str) -> None:
    assert web_url(f" {value} ") == value


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//x.example",
        "https://",
        "https://a b",
        "https://[",
        "https://x.example/\u202e",
        "x",
        "",
        None,
        7,
    ],
)
def test_what_is_no_web_link_is_absent(value: object) -> None:
    assert web_url(value) is None


def test_a_denial_may_keep_a_detail_for_the_log() -> None:
    assert (str(AccessDenied("no")), str(AccessDenied("no", detail="rule 7"))) == ("no", "rule 7")
