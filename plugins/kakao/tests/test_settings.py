from typing import Any

import pytest
from pydantic import ValidationError

from accredit_kakao.settings import KakaoSettings


def test_an_app_is_its_number_and_its_keys() -> None:
    settings = KakaoSettings.model_validate({"app_id": "912345", "app_keys": "a, b"})
    assert settings.accepted_audiences == {"912345", "a", "b"}
    assert set(settings.provider_urls) == {
        "https://kapi.kakao.com",
        "https://kauth.kakao.com/oauth/token",
        "https://kauth.kakao.com/.well-known/jwks.json",
    }
    with pytest.raises(ValidationError):
        KakaoSettings.model_validate({"app_id": "912345"})


@pytest.mark.threat(1)
def test_the_number_and_the_keys_are_two_families() -> None:
    table = {"app_id": "912345", "app_keys": ["a"], "client_id": "b"}
    settings = KakaoSettings.model_validate(table)
    assert settings.audience_families == {"app_number": {"912345"}, "app_key": {"a", "b"}}
    assert settings.accepted_audiences == {"912345", "a", "b"}


def test_no_secret_shows_itself() -> None:
    secrets = {"client_secret": "MARKED-1", "admin_key": "MARKED-2"}
    assert "MARKED" not in repr(
        KakaoSettings.model_validate({"app_id": "912345", "app_keys": ["a"], "client_id": "a", **secrets})
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"app_id": ""},
        {"app_id": 912_345},
        {"app_id": "5171aa5e1d0f5a3b8c7d6e5f40312233"},
        {"app_keys": []},
        {"app_keys": [""]},
        {"app_keys": [1]},
        {"app_keys": ["a", "a"]},
        {"api_url": "http://kapi.kakao.com"},
        {"jwks_url": ""},
        {"client_id": ""},
        {"client_secret": "s"},
        {"redirect_uris": ["https://app.example.com/callback"]},
        {"client_secret": ""},
        {"admin_key": ""},
        {"token_url": "http://kauth.kakao.com/oauth/token"},
        {"native_app_key": "a"},
    ],
)
def test_what_would_weaken_a_check_stops_the_start(changes: dict[str, Any]) -> None:
    good = {"app_id": "912345", "app_keys": ["a"]}
    KakaoSettings.model_validate(good)
    with pytest.raises(ValidationError):
        KakaoSettings.model_validate({**good, **changes})
