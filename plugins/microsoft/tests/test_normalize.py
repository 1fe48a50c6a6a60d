from typing import Any

import pytest

from accredit.profile import Assurance, Email
from accredit_microsoft.normalize import to_profile
from accredit_microsoft.tenants import CONSUMERS

TENANT = "7e7a0000-51b0-4000-8000-00000000b001"
OTHER = "7e7a0000-51b0-4000-8000-00000000b002"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
ADDRESS = "ada@example.com"
NO, YES = Assurance.UNVERIFIED, Assurance.PROVIDER_ASSERTED


def email(domains: tuple[str, ...] = (), tenants: tuple[str, ...] = (TENANT,), **claims: Any) -> Email | None:
    usual = {"tid": TENANT, "iss": ISSUER, "email": ADDRESS}
    return to_profile({**usual, **claims}, tenants=tenants, email_domains=domains).email


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("said", "assurance"),
    [
        *((one, YES) for one in (True, 1, "true", "1")),
        *((one, NO) for one in (False, 0, "false", "0", None, "", "True", "yes", " 1", 1.0, 2, -1, [True], {"a": 1})),
    ],
)
def test_address_is_verified_by_xms_edov_in_the_forms_that_it_has(said: object, assurance: Assurance) -> None:
    assert email(xms_edov=said) == Email(ADDRESS, assurance)


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email_verified": True},
        {"verified_primary_email": [ADDRESS]},
        {"tid": CONSUMERS, "iss": f"https://login.microsoftonline.com/{CONSUMERS}/v2.0"},
        {"preferred_username": ADDRESS},
    ],
)
def test_nothing_else_verifies_an_address(claims: dict[str, Any]) -> None:
    assert email(**claims) == Email(ADDRESS, NO)


@pytest.mark.threat(23)
@pytest.mark.parametrize(
    ("claims", "assurance"),
    [
        ({}, YES),
        ({"email": "ada@EXAMPLE.com"}, YES),
        ({"acct": 0, "idp": ISSUER}, YES),
        ({"idp": f"https://sts.windows.net/{TENANT}/"}, YES),
        ({"xms_edov": False}, NO),
        ({"xms_edov": None}, NO),
        ({"email": "ada@sub.example.com"}, NO),
        ({"email": "ada@example.com.example.net"}, NO),
        ({"email": "ada@notexample.com"}, NO),
        ({"tid": OTHER}, NO),
        ({"acct": 1}, NO),
        ({"acct": "1"}, NO),
        ({"acct": None}, NO),
        ({"idp": "live.com"}, NO),
        ({"idp": f"https://sts.windows.net/{OTHER}/"}, NO),
        ({"idp": None}, NO),
    ],
)
def test_domain_of_the_settings_is_believed_of_members_of_listed_tenants(
    claims: dict[str, Any], assurance: Assurance
) -> None:
    found = email(("example.com",), **claims)
    assert found is not None
    assert found.assurance is assurance


@pytest.mark.parametrize("tenants", [("organizations",), ("common",), ("consumers",), (OTHER,)])
def test_domain_is_not_believed_of_a_tenant_that_is_not_listed(tenants: tuple[str, ...]) -> None:
    assert email(("example.com",), tenants) == Email(ADDRESS, NO)


@pytest.mark.parametrize("address", [None, "", "no address", 5, [ADDRESS]])
def test_what_is_no_address_is_left_out(address: object) -> None:
    assert email(email=address, xms_edov=True) is None
