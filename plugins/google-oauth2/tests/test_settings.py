from typing import Any

import pytest
from pydantic import ValidationError

from accredit.errors import ConfigurationError
from accredit.testing import exchange_for
from accredit_google_oauth2.settings import GoogleSettings
from accredit_google_oauth2.simulator import GoogleSimulator


def test_client_ids_are_all_an_operator_must_say() -> None:
    settings = GoogleSettings.model_validate({"client_ids": ["web", "android"]})
    assert settings.accepted_audiences == {"web", "android"}
    assert settings.hosted_domains == ()
    assert set(settings.provider_urls) == {
        "https://oauth2.googleapis.com/tokeninfo",
        "https://openidconnect.googleapis.com/v1/userinfo",
        "https://www.googleapis.com/oauth2/v3/certs",
        "https://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com/revoke",
    }


def test_a_web_client_of_ours_with_its_secret_may_exchange_codes() -> None:
    table = {"client_ids": ["web", "android"], "web_client_id": "web", "web_client_secret": "sim-secret"}
    settings = GoogleSettings.model_validate(table)
    assert settings.accepted_audiences == {"web", "android"}
    assert settings.require_pkce
    assert "sim-secret" not in f"{settings!r} {settings}"


def test_domains_are_kept_as_google_writes_them() -> None:
    domains = ("example.com", "a-b.example.co.uk", "xn--bcher-kva.example", "1und1.de")
    settings = GoogleSettings.model_validate({"client_ids": ["web"], "hosted_domains": domains})
    assert settings.hosted_domains == domains


def test_lists_may_come_from_the_environment() -> None:
    settings = GoogleSettings.model_validate({"client_ids": "web, android", "hosted_domains": "example.com"})
    assert settings.client_ids == ("web", "android")
    assert settings.hosted_domains == ("example.com",)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_ids": []},
        {"client_ids": ""},
        {"client_ids": ","},
        {"client_ids": [""]},
        {"client_ids": None},
        {"client_ids": [123]},
        {"client_ids": ["web "]},
        {"client_ids": ["web\n"]},
        {"client_ids": ["we b"]},
        {"client_ids": ["'web'"]},
        {"client_ids": ["web", "web"]},
        {"hosted_domains": [""]},
        {"hosted_domains": ["@example.com"]},
        {"hosted_domains": ["ada@example.com"]},
        {"hosted_domains": ["Example.com"]},
        {"hosted_domains": ["https://example.com"]},
        {"hosted_domains": ["*.example.com"]},
        {"hosted_domains": ["example.com."]},
        {"hosted_domains": ["example"]},
        {"hosted_domains": ["bücher.example"]},
        {"hosted_domains": ["example.com", "example.com"]},
        {"hosted_domains": None},
        {"tokeninfo_url": "http://oauth2.googleapis.com/tokeninfo"},
        {"userinfo_url": "https://example.com/?x=1"},
        {"jwks_url": ""},
        {"client_id": "web"},
        {"token_url": "http://oauth2.googleapis.com/token"},
        {"web_client_id": "web"},
        {"web_client_secret": "s"},
        {"web_client_id": "we", "web_client_secret": "s"},
        {"web_client_id": "web", "web_client_secret": ""},
    ],
)
def test_settings_that_would_weaken_a_check_are_refused(changes: dict[str, Any]) -> None:
    good = {"client_ids": ["web"]}
    assert GoogleSettings.model_validate(good).client_ids == ("web",)
    with pytest.raises(ValidationError):
        GoogleSettings.model_validate({**good, **changes})


async def test_connection_without_client_ids_stops_start_up(simulator: GoogleSimulator) -> None:
    with pytest.raises(ConfigurationError, match="client_ids"):
        async with exchange_for(simulator, connection={"client_ids": []}):
            pytest.fail("an engine started that accepts nobody's tokens, or everybody's")
