"""What an operator may write about a Discord application, and what stops the start."""

from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.testing import exchange_for
from accredit_discord import DiscordSettings
from accredit_discord.simulator import DiscordSimulator


def test_client_id_alone_is_enough() -> None:
    settings = DiscordSettings(client_id="157730590492196864")

    assert settings.accepted_audiences == {"157730590492196864"}
    assert settings.provider_urls == ("https://discord.com/api/v10",)


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "my-app"}, "client_id"),
        ({"client_id": 157730590492196864}, "client_id"),
        ({"client_id": ["157730590492196864"]}, "client_id"),
        ({"client_id": "157730590492196864\n"}, "client_id"),
        ({"client_id": "１５７"}, "client_id"),
        ({"api_url": "http://discord.com/api/v10"}, "api_url"),
        ({"clientid": "1"}, "clientid"),
    ],
)
async def test_wrong_setting_stops_start_up_and_is_named(change: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError, match=f"connection 'discord': setting {setting}: "):
        async with exchange_for(DiscordSimulator(), connection=change):
            pytest.fail("it started")


def test_client_id_is_required() -> None:
    with pytest.raises(ValueError, match="client_id"):
        DiscordSettings.model_validate({})
