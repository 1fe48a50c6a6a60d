from typing import Any

import pytest
from pydantic import ValidationError

from accredit_apple.settings import AppleSettings
from accredit_apple.simulator.team import KEY_ID, PRIVATE_KEY, TEAM_ID

KEY: dict[str, Any] = {"team_id": TEAM_ID, "key_id": KEY_ID, "private_key": PRIVATE_KEY}


def test_ids_are_all_an_operator_must_say() -> None:
    settings = AppleSettings.model_validate({"client_ids": ["com.example.app", "com.example.web"]})
    assert settings.accepted_audiences == {"com.example.app", "com.example.web"}
    assert settings.signing_as is None
    assert set(settings.provider_urls) == {
        f"https://appleid.apple.com/auth/{one}" for one in ("token", "revoke", "keys")
    }


def test_key_is_read_and_shown_nowhere() -> None:
    settings = AppleSettings.model_validate({"client_ids": ["com.example.app"], **KEY})
    assert settings.signing_as is not None
    assert (settings.signing_as.team_id, settings.signing_as.key_id) == (TEAM_ID, KEY_ID)
    assert PRIVATE_KEY.splitlines()[1] not in repr(settings)


@pytest.mark.parametrize("left_out", ["team_id", "key_id", "private_key"])
def test_part_of_a_key_is_none(left_out: str) -> None:
    with pytest.raises(ValidationError, match="go together"):
        AppleSettings.model_validate({"client_ids": ["a"], **KEY, left_out: None})


@pytest.mark.parametrize(
    "changes",
    [
        {"client_ids": []},
        {"client_ids": ["a", "a"]},
        {"client_ids": ["com example"]},
        {"client_ids": [5]},
        {"client_id": "a"},
        {"private_key": "no key"},
        {"team_id": ""},
        {"jwks_url": "http://appleid.apple.com/auth/keys"},
    ],
    ids=repr,
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AppleSettings.model_validate({"client_ids": ["a"], **KEY, **changes})
