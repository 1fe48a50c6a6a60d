import pytest

from accredit_microsoft.tenants import CONSUMERS, is_guid, is_issued

TEMPLATE = "https://login.microsoftonline.com/{tenantid}/v2.0"
TENANT = "7e7a0000-51b0-4000-8000-00000000b001"
ISSUER = TEMPLATE.replace("{tenantid}", TENANT)


@pytest.mark.threat(8)
@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ({"issuer": TEMPLATE}, True),
        ({"issuer": ISSUER}, True),
        ({"issuer": TEMPLATE.replace("{tenantid}", CONSUMERS)}, False),
        ({"issuer": "https://login.microsoftonline.com/common/v2.0"}, False),
        ({"issuer": [TEMPLATE]}, False),
        ({"issuer": None}, False),
        ({"issuer": ""}, False),
        ({}, False),
    ],
    ids=["all", "own", "consumers", "common", "list", "null", "empty", "absent"],
)
def test_key_signs_for_whom_it_says(key: dict[str, object], accepted: bool) -> None:
    assert is_issued(TEMPLATE, {"tid": TENANT, "iss": ISSUER}, key) is accepted


@pytest.mark.parametrize(
    ("value", "accepted"),
    [(TENANT, True), *((one, False) for one in (TENANT.upper(), f"{TENANT}\n", f"{{{TENANT}}}", TENANT[1:], "", None))],
)
def test_guid_has_one_spelling(value: object, accepted: bool) -> None:
    assert is_guid(value) is accepted
