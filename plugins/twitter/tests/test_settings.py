"""What an operator may write about an app at X, and what stops the start."""

from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.testing import BASE_URL, exchange_for
from accredit_twitter.settings import TwitterSettings
from accredit_twitter.simulator import TwitterSimulator
from accredit_twitter.simulator.codes import CODE_SETTINGS


@pytest.mark.parametrize(
    "wrong",
    [
        {"consumer_key": ""},
        {"consumer_key": None},
        {"consumer_key": 10000001},
        {"consumer_secret": ""},
        {"consumer_secret": None},
        {"client_id": 10000001},
        {"client_id": "VGhpc0lzTm9OdW1iZXI6MTpjaQ"},
        {"consumer_key": "SimKey\n"},
        {"consumer_key": "Sim Key"},
        {"consumer_key": '"SimKey"'},
        {"consumer_secret": "secret\n"},
        {"consumer_secret": "\ufeffsecret"},
        {"api_url": "http://api.x.com"},
        {"api_url": "https://user@api.x.com"},
        {"profile_api": "v3"},
        {"oauth2_client_secret": "secret", "oauth2_client_id": None},
        {"unknown": "setting"},
    ],
    ids=str,
)
async def test_a_wrong_setting_stops_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        async with exchange_for(TwitterSimulator(), connection=wrong):
            pytest.fail("it started")


def test_secrets_do_not_show() -> None:
    settings = TwitterSettings.model_validate(TwitterSimulator().settings(BASE_URL))
    assert "SimConsumerSecret" not in f"{settings!r} {settings}"


def test_defaults_call_x_itself_with_v2() -> None:
    settings = TwitterSettings.model_validate({"consumer_key": "k", "consumer_secret": "s"})
    assert (settings.api_url, settings.profile_api, settings.client_id) == ("https://api.x.com", "v2", "")
    assert not settings.accept_unbound_tokens


def test_the_accepted_audience_is_the_consumer_key_and_not_the_client_id() -> None:
    table = {name: value for name, value in TwitterSimulator().settings(BASE_URL).items() if name not in CODE_SETTINGS}
    settings = TwitterSettings.model_validate(table)
    assert settings.accepted_audiences == {"SimConsumerKey"}
    assert settings.provider_urls == (BASE_URL,)
