from typing import Any

import pytest
from pydantic import ValidationError

from accredit_line.settings import LineSettings

SECRET = "5a1ec0de" * 4


def test_a_channel_id_is_all_an_operator_must_say() -> None:
    settings = LineSettings.model_validate({"channel_id": "1440057261"})
    assert settings.accepted_audiences == {"1440057261"}
    assert set(settings.provider_urls) == {"https://api.line.me", "https://api.line.me/oauth2/v2.1/certs"}


@pytest.mark.threat(6)
def test_tokens_by_the_secret_need_one() -> None:
    table = {"channel_id": "1440057261", "signing_alg": "HS256"}
    assert LineSettings.model_validate({**table, "channel_secret": SECRET}).signing_alg == "HS256"
    with pytest.raises(ValidationError, match="needs channel_secret"):
        LineSettings.model_validate(table)


def test_redirect_uris_are_for_codes_and_those_need_the_secret() -> None:
    table = {"channel_id": "1440057261", "redirect_uris": ["https://app.example.com/callback"]}
    assert LineSettings.model_validate({**table, "channel_secret": SECRET}).require_pkce
    with pytest.raises(ValidationError, match="need channel_secret"):
        LineSettings.model_validate(table)


@pytest.mark.parametrize(
    "changes",
    [
        {"channel_id": ""},
        {"channel_id": 1_440_057_261},
        {"channel_id": "U1"},
        {"channel_id": " 1"},
        {"signing_alg": "none"},
        {"signing_alg": "es256"},
        {"signing_alg": ["ES256", "HS256"]},
        {"channel_secret": ""},
        {"api_url": "http://api.line.me"},
        {"jwks_url": ""},
        {"client_id": "1"},
    ],
)
def test_what_would_weaken_a_check_stops_the_start(changes: dict[str, Any]) -> None:
    good = {"channel_id": "1440057261", "channel_secret": SECRET}
    LineSettings.model_validate(good)
    with pytest.raises(ValidationError):
        LineSettings.model_validate({**good, **changes})
