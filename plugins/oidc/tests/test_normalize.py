"""What the standard claims become, and when an address counts as verified."""

from typing import Any

import pytest

from accredit.profile import Assurance
from accredit_oidc.normalize import to_profile


def assurance(flag: object, address: str = "ada@example.com", **options: Any) -> Assurance:
    email = to_profile({"email": address, "email_verified": flag}, **options).email
    assert email is not None
    return email.assurance


@pytest.mark.threat(23)
@pytest.mark.parametrize("flag", [False, None, 1, 0, 1.0, "true", "1", "yes", [True], {"is": True}])
def test_only_the_boolean_says_yes(flag: object) -> None:
    assert assurance(flag) is Assurance.UNVERIFIED
    assert assurance(True) is Assurance.PROVIDER_ASSERTED


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("flag", "says_yes"),
    [
        *((True, True), ("true", True), ("True", True), ("1", True), (1, True)),
        *((False, False), ("false", False), ("0", False), (0, False), ("yes", False), (1.0, False), (" true", False)),
        *((None, False), ([True], False)),
    ],
)
def test_a_text_says_yes_where_the_operator_wants_that(flag: object, says_yes: bool) -> None:
    expected = Assurance.PROVIDER_ASSERTED if says_yes else Assurance.UNVERIFIED
    assert assurance(flag, verified_as_text=True) is expected


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("address", "flag", "expected"),
    [
        ("ada@example.com", True, Assurance.AUTHORITATIVE),
        ("ada@EXAMPLE.com", True, Assurance.AUTHORITATIVE),
        ("ada@example.com", False, Assurance.UNVERIFIED),
        ("ada@sub.example.com", True, Assurance.PROVIDER_ASSERTED),
        ("ada@notexample.com", True, Assurance.PROVIDER_ASSERTED),
    ],
)
def test_a_provider_is_the_authority_for_the_domains_that_the_operator_names(
    address: str, flag: bool, expected: Assurance
) -> None:
    assert assurance(flag, address, email_domains=frozenset({"example.com"})) is expected


def test_without_an_address_nothing_is_asserted() -> None:
    assert to_profile({"email_verified": True}).email is None
