"""What an operator may write about a TikTok app, and what stops the start."""

from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.testing import exchange_for
from accredit_tiktok import TikTokSettings
from accredit_tiktok.simulator import TikTokSimulator


def test_key_and_secret_are_enough_to_start() -> None:
    settings = TikTokSettings.model_validate({"client_key": "sbaw1", "client_secret": "secret"})
    assert settings.accepted_audiences == {"sbaw1"}
    assert settings.provider_urls == ("https://open.tiktokapis.com/v2",)
    assert (settings.require_pkce, settings.redirect_uris) == (True, ())


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"client_key": ""}, "client_key"),
        ({"client_key": 1}, "client_key"),
        ({"client_key": ["sbaw1"]}, "client_key"),
        ({"client_key": "sbaw1\n"}, "client_key"),
        ({"client_secret": ""}, "client_secret"),
        ({"api_url": "http://open.tiktokapis.com/v2"}, "api_url"),
        ({"client_id": "sbaw1"}, "client_id"),
    ],
)
async def test_wrong_setting_stops_start_up_and_is_named(change: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError, match=f"connection 'tiktok': setting {setting}: "):
        async with exchange_for(TikTokSimulator(), connection=change):
            pytest.fail("it started")


@pytest.mark.parametrize("missing", ["client_key", "client_secret"])
def test_key_and_secret_are_required(missing: str) -> None:
    table = {"client_key": "sbaw1", "client_secret": "secret"}
    del table[missing]
    with pytest.raises(ValueError, match=missing):
        TikTokSettings.model_validate(table)
