"""What Apple's claims become: an address with its assurance, and facts."""

from typing import Any

import pytest

from accredit.profile import Assurance, Email
from accredit_apple.normalize import to_facts, to_profile


@pytest.mark.parametrize(
    ("verified", "assurance"),
    [
        *((one, Assurance.PROVIDER_ASSERTED) for one in (True, "true")),
        *((one, Assurance.UNVERIFIED) for one in (False, "false", None, "True", "1", 1, "", [True])),
    ],
)
def test_address_is_asserted_by_the_boolean_or_its_text_alone(verified: object, assurance: Assurance) -> None:
    claims = {"email": "ada@example.com", "email_verified": verified}
    assert to_profile(claims, {}).email == Email("ada@example.com", assurance)


@pytest.mark.parametrize(
    ("address", "claim", "is_private"),
    [
        ("x@privaterelay.appleid.com", None, True),
        ("x@private.icloud.com", None, True),
        ("x@PRIVATE.iCloud.com", "false", True),
        ("x@example.com", True, True),
        ("x@example.com", "true", True),
        ("x@example.com", "false", False),
        ("x@example.com", 1, False),
        ("x@example.com", None, False),
        ("x@icloud.com", None, False),
        ("x@evil.private.icloud.com", None, False),
        ("private.icloud.com@example.com", None, False),
    ],
)
def test_relay_address_is_marked_by_its_domain_or_the_claim(address: str, claim: object, is_private: bool) -> None:
    claims = {"email": address, "is_private_email": claim}
    assert to_facts(claims, {}) == {"is_private_email": is_private}
    assert to_profile(claims, {}).email == Email(address, Assurance.UNVERIFIED)


@pytest.mark.parametrize("address", [None, "", "no address", 5])
def test_without_an_address_nothing_is_said_of_one(address: object) -> None:
    claims = {"email": address, "email_verified": True, "is_private_email": True}
    assert (to_profile(claims, {}).claims(), to_facts(claims, {})) == ({}, {})


@pytest.mark.parametrize(
    ("status", "known"), [(0, True), (1, True), (2, True), *((one, False) for one in (3, -1, True, "2", 2.0))]
)
def test_real_user_status_is_a_fact_where_it_is_one_of_apples_numbers(status: object, known: bool) -> None:
    assert to_facts({"real_user_status": status}, {}) == ({"real_user_status": status} if known else {})


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        ({"firstName": "Ada", "lastName": "Lovelace"}, {"given_name": "Ada", "family_name": "Lovelace"}),
        ({"firstName": "雪"}, {"given_name": "雪"}),
        ({"lastName": "山田"}, {"family_name": "山田"}),
        ({}, {}),
    ],
)
def test_names_come_from_the_client_alone(name: dict[str, Any], claims: dict[str, str]) -> None:
    ours = {"name": "x", "given_name": "x", "family_name": "x", "firstName": "x"}  # Apple states none of these
    assert to_profile(ours, name).claims() == claims
    assert to_facts(ours, name).get("client_stated", []) == list(claims)
