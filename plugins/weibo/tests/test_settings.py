"""What an operator may write about a Weibo app, and what stops the start."""

from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.testing import exchange_for
from accredit_weibo import WeiboSettings
from accredit_weibo.simulator import WeiboSimulator


def test_app_key_alone_is_enough() -> None:
    settings = WeiboSettings(app_key="123")

    assert settings.accepted_audiences == {"123"}
    assert settings.provider_urls == ("https://api.weibo.com",)


def test_api_url_loses_its_trailing_slash() -> None:
    assert WeiboSettings(app_key="123", api_url="https://weibo.example/").api_url == "https://weibo.example"


def test_app_secret_is_not_shown() -> None:
    assert "hush" not in repr(WeiboSettings.model_validate({"app_key": "123", "app_secret": "hush"}))


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"app_key": ""}, "app_key"),
        ({"app_key": None}, "app_key"),
        ({"app_key": 2_000_000_001}, "app_key"),
        ({"app_key": ["2000000001"]}, "app_key"),
        ({"app_key": "2000000001\n"}, "app_key"),
        ({"app_key": "2000 000001"}, "app_key"),
        ({"app_key": "２０００００００１"}, "app_key"),
        ({"app_secret": ""}, "app_secret"),
        ({"app_secret": "hush "}, "app_secret"),
        ({"api_url": "http://api.weibo.com"}, "api_url"),
        ({"api_url": "https://api.weibo.com/?x=1"}, "api_url"),
        ({"appkey": "2000000001"}, "appkey"),
    ],
)
async def test_wrong_setting_stops_start_up_and_is_named(change: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError, match=f"connection 'weibo': setting {setting}: "):
        async with exchange_for(WeiboSimulator(), connection=change):
            pytest.fail("it started")


def test_app_key_is_required() -> None:
    with pytest.raises(ValueError, match="app_key"):
        WeiboSettings.model_validate({})
