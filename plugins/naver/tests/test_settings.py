from typing import Any

import pytest
from pydantic import ValidationError

from accredit_naver.settings import NaverSettings

GOOD = {"client_id": "jyvqXeaVOVmV", "client_secret": "MARKED"}


def test_an_app_is_its_id_and_its_secret() -> None:
    settings = NaverSettings.model_validate(GOOD)
    assert settings.accepted_audiences == {"jyvqXeaVOVmV"}
    assert set(settings.provider_urls) == {"https://openapi.naver.com", "https://nid.naver.com"}
    assert "MARKED" not in repr(settings)


def test_the_older_api_is_taken_with_its_weakness_or_not_at_all() -> None:
    with pytest.raises(ValidationError, match="takes no code_verifier"):
        NaverSettings.model_validate({**GOOD, "openid": False})
    NaverSettings.model_validate({**GOOD, "openid": False, "require_pkce": False})
    NaverSettings.model_validate({**GOOD, "require_pkce": False})


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ""},
        {"client_id": None},
        {"client_id": 912_345},
        {"client_id": "a b"},
        {"client_secret": ""},
        {"client_secret": None},
        {"openid": "perhaps"},
        {"api_url": "http://openapi.naver.com"},
        {"login_url": ""},
        {"token_url": "https://nid.naver.com/oauth2/token"},
    ],
)
def test_what_would_weaken_a_check_stops_the_start(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NaverSettings.model_validate({**GOOD, **changes})
