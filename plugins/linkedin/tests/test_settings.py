from typing import Any

import pytest
from pydantic import ValidationError

from accredit_linkedin.settings import LinkedInSettings

GOOD: dict[str, Any] = {"client_id": "77abc", "client_secret": "secret-of-the-app"}


def test_id_and_secret_are_all_an_operator_must_say() -> None:
    settings = LinkedInSettings.model_validate(GOOD)
    assert settings.accepted_audiences == {"77abc"}
    assert set(settings.provider_urls) == {
        "https://www.linkedin.com/oauth/v2/accessToken",
        "https://www.linkedin.com/oauth/v2/introspectToken",
        "https://api.linkedin.com/v2/userinfo",
        "https://www.linkedin.com/oauth/openid/jwks",
    }
    assert "secret-of-the-app" not in repr(settings)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": ""},
        {"client_id": 77},
        {"client_id": "77 abc"},
        {"client_secret": ""},
        {"client_secret": None},
        {"introspection_url": "http://www.linkedin.com/oauth/v2/introspectToken"},
        {"client_ids": ["77abc"]},
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LinkedInSettings.model_validate({**GOOD, **changes})


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_settings_without_id_or_secret_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        LinkedInSettings.model_validate({key: value for key, value in GOOD.items() if key != name})
