"""How a GitHub user and their addresses become claims."""

from typing import Any

import pytest

from accredit.profile import Assurance, Email
from accredit_github.normalize import to_profile

HIDDEN = "1+ada@users.noreply.github.com"


def one(email: object, *, primary: object = False, verified: object = True) -> dict[str, Any]:
    return {"email": email, "primary": primary, "verified": verified}


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("addresses", "address"),
    [
        ([one("a@example.com", primary=True)], "a@example.com"),
        ([one("a@example.com"), one("b@example.com", primary=True)], "b@example.com"),
        ([one("a@example.com"), one("b@example.com")], "a@example.com"),
        ([one("a@example.com", primary=True, verified=False), one("b@example.com")], "b@example.com"),
        ([one(HIDDEN, primary=True), one("b@example.com")], "b@example.com"),
        ([one(HIDDEN, primary=True)], None),
        ([one("ada@Users.NoReply.GitHub.com", primary=True)], None),
        ([one("ada@users.noreply.git.example.com", primary=True)], None),
        ([one("a@example.com", primary=True, verified=False)], None),
        ([one("a@example.com", primary=True, verified="true")], None),
        ([one("a@example.com", primary=True, verified=1)], None),
        ([{"email": "a@example.com", "primary": True}], None),
        ([one("a@example.com", primary="true"), one("b@example.com", primary=True)], "b@example.com"),
        ([one(None, primary=True), one("no address"), "a@example.com"], None),
        ([], None),
        (None, None),
        ({"email": "a@example.com"}, None),
    ],
)
def test_address_is_the_verified_primary_one_else_the_first_verified(addresses: object, address: str | None) -> None:
    email = to_profile({}, addresses).email
    assert email == (None if address is None else Email(address, Assurance.PROVIDER_ASSERTED))


@pytest.mark.threat(23)
def test_address_that_a_user_shows_is_none_that_anybody_has_verified() -> None:
    assert to_profile({"email": "shown@example.com"}, []).email is None


@pytest.mark.threat(50)
@pytest.mark.parametrize("blog", ["javascript:alert(1)", "octocat.example", "", None, 1])
def test_website_is_a_link_or_nothing(blog: object) -> None:
    assert to_profile({"blog": blog}, []).website is None
    assert to_profile({"blog": "https://octocat.example"}, []).website == "https://octocat.example"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("1970-01-02T00:00:00Z", 86_400),
        ("yesterday", None),
        ("2026-01-14", None),
        ("2026-02-30T00:00:00Z", None),
        (1_795_000_000, None),
        (None, None),
    ],
)
def test_time_of_the_last_change_is_in_epoch_seconds(written: object, seconds: int | None) -> None:
    assert to_profile({"updated_at": written}, []).updated_at == seconds
