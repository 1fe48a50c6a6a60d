from typing import Any

import pytest
from pydantic import ValidationError

from accredit_microsoft.settings import MicrosoftSettings
from accredit_microsoft.tenants import CONSUMERS

APP = "5a5a0000-51b0-4000-8000-00000000a001"
TENANT = "7e7a0000-51b0-4000-8000-00000000b001"
GOOD: dict[str, Any] = {"client_ids": [APP], "tenants": [TENANT]}


def test_apps_and_tenants_are_all_an_operator_must_say() -> None:
    settings = MicrosoftSettings.model_validate(GOOD)
    assert settings.accepted_audiences == {APP}
    assert settings.provider_urls == ("https://login.microsoftonline.com/common/discovery/v2.0/keys",)


@pytest.mark.parametrize("name", ["client_ids", "tenants"])
def test_settings_without_apps_or_tenants_are_refused(name: str) -> None:
    others = {key: GOOD[key] for key in GOOD if key != name}
    for settings in (others, {**others, name: []}):
        with pytest.raises(ValidationError, match=name):
            MicrosoftSettings.model_validate(settings)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_ids": [APP.upper()]},
        {"client_ids": ["api://app"]},
        {"tenants": [TENANT.upper()]},
        {"tenants": ["contoso.onmicrosoft.com"]},
        {"tenants": ["Common"]},
        {"tenants": [CONSUMERS]},
        {"tenants": ["common", TENANT]},
        {"tenants": ["organizations", TENANT]},
        {"tenants": ["organizations", "consumers"]},
        {"tenants": [TENANT, TENANT]},
        {"email_domains": ["Example.com"]},
        {"email_domains": ["@example.com"]},
        {"email_domains": ["*.example.com"]},
        {"email_domains": ["example"]},
        {"email_domains": ["example.com"], "tenants": ["organizations"]},
        {"email_domains": ["example.com"], "tenants": ["common"]},
        {"email_domains": ["example.com"], "tenants": ["consumers"]},
        {"issuer_template": "https://login.microsoftonline.com/common/v2.0"},
        {"issuer_template": "http://login.microsoftonline.com/{tenantid}/v2.0"},
        {"issuer_template": "https://{tenantid}.example.com/v2.0"},
        {"issuer_template": "https://login.example.com/{tenantid}/{tenantid}"},
        {"issuer_template": "https://login.example.com/x{tenantid}/v2.0"},
        {"issuer_template": "{tenantid}"},
        {"jwks_url": "http://login.microsoftonline.com/common/discovery/v2.0/keys"},
        {"client_secret": "without-an-address"},
        {"token_url": "https://login.microsoftonline.com/common/oauth2/v2.0/token"},
        {"client_secret": "", "token_url": "https://login.microsoftonline.com/common/oauth2/v2.0/token"},
    ],
)
def test_settings_that_cannot_work_or_let_in_too_many_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MicrosoftSettings.model_validate({**GOOD, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"tenants": ["common"]},
        {"tenants": [TENANT, "consumers"], "email_domains": ["example.com", "sub.example.com"]},
        {"issuer_template": "https://login.partner.microsoftonline.cn/{tenantid}/v2.0"},
        {
            "client_secret": "value~of-the-app",
            "token_url": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        },
    ],
)
def test_settings_that_can_work_are_accepted(changes: dict[str, Any]) -> None:
    MicrosoftSettings.model_validate({**GOOD, **changes})


def test_user_ids_of_two_apps_in_one_cloud_are_of_one_issuer() -> None:
    codes = {
        "client_secret": "value~of-the-app",
        "token_url": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    }
    cloud = {"issuer_template": "https://login.microsoftonline.us/{tenantid}/v2.0"}
    one, other, third = (MicrosoftSettings.model_validate({**GOOD, **more}) for more in ({}, codes, cloud))
    assert one.user_id_issuer == other.user_id_issuer != third.user_id_issuer
