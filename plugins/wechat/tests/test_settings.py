"""What an operator may write about a WeChat app, and what stops the start."""

from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.testing import exchange_for
from accredit_wechat import WeChatSettings
from accredit_wechat.simulator import WeChatSimulator

REQUIRED = {"app_id": "wxd930ea5d5a258f4f", "app_secret": "s3cret"}


def test_id_and_secret_are_enough() -> None:
    settings = WeChatSettings.model_validate(REQUIRED)

    assert settings.accepted_audiences == {"wxd930ea5d5a258f4f"}
    assert settings.provider_urls == ("https://api.weixin.qq.com",)
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"app_id": ""}, "app_id"),
        ({"app_id": 1}, "app_id"),
        ({"app_id": ["wxd930ea5d5a258f4f"]}, "app_id"),
        ({"app_id": "wx\n"}, "app_id"),
        ({"app_secret": ""}, "app_secret"),
        ({"app_secret": None}, "app_secret"),
        ({"api_url": "http://api.weixin.qq.com"}, "api_url"),
        ({"appid": "wx"}, "appid"),
    ],
)
async def test_wrong_setting_stops_start_up_and_is_named(change: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError, match=f"connection 'wechat': setting {setting}: "):
        async with exchange_for(WeChatSimulator(), connection=change):
            pytest.fail("it started")


@pytest.mark.parametrize("name", REQUIRED)
def test_id_and_secret_are_required(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        WeChatSettings.model_validate({one: value for one, value in REQUIRED.items() if one != name})
