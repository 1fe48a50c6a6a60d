"""What an operator may write about a GitHub app, and what stops the start."""

from typing import Any

import pytest

from accredit import Exchange, Settings
from accredit.errors import ConfigurationError
from accredit.testing import exchange_for
from accredit_github import GitHubSettings
from accredit_github.simulator import GitHubSimulator

SERVER = {
    "api_url": "https://git.example.com/api/v3",
    "token_url": "https://git.example.com/login/oauth/access_token",
}
APP = {"client_id": "Iv1.8a61f9b3a7aba766", "client_secret": "hush"}


def test_client_id_is_the_accepted_audience_and_github_the_host() -> None:
    settings = GitHubSettings.model_validate(APP)

    assert settings.accepted_audiences == {"Iv1.8a61f9b3a7aba766"}
    assert "https://api.github.com" in settings.provider_urls
    assert "hush" not in repr(settings)
    assert "hush" not in repr(GitHubSettings.model_validate({**APP, "webhook_secret": "hush-hook"}))


def test_api_url_of_an_enterprise_server_loses_its_trailing_slash() -> None:
    settings = GitHubSettings.model_validate({**APP, **SERVER, "api_url": "https://git.example.com/api/v3/"})
    assert settings.api_url == "https://git.example.com/api/v3"


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "Iv1:8a"}, "client_id"),
        ({"client_id": "Iv1 8a"}, "client_id"),
        ({"client_id": 1}, "client_id"),
        ({"client_id": ["Iv1.8a"]}, "client_id"),
        ({"client_secret": ""}, "client_secret"),
        ({"client_secret": "hush\n"}, "client_secret"),
        ({"webhook_secret": ""}, "webhook_secret"),
        ({"api_url": "http://api.github.com"}, "api_url"),
        ({"token_url": "https://github.com/login/oauth/access_token"}, "token_url"),
        ({"clientid": "Iv1.8a"}, "clientid"),
    ],
)
async def test_wrong_setting_stops_start_up_and_is_named(change: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError, match=f"connection 'github': setting {setting}: "):
        async with exchange_for(GitHubSimulator(), connection=change):
            pytest.fail("it started")


@pytest.mark.parametrize("alone", ["api_url", "token_url"])
def test_secret_of_a_servers_app_is_never_meant_for_github(alone: str) -> None:
    GitHubSettings.model_validate({**APP, **SERVER})
    with pytest.raises(ValueError, match="set both, or neither"):
        GitHubSettings.model_validate({**APP, alone: SERVER[alone]})


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_id_and_secret_are_required(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        GitHubSettings.model_validate({name: value for name, value in APP.items() if name != missing})


@pytest.mark.threat(27)
@pytest.mark.parametrize(("own", "starts"), [({}, False), ({"namespace": "our-git"}, True)])
async def test_an_enterprise_server_shares_no_users_with_github(own: dict[str, Any], starts: bool) -> None:
    server = {"strategy": "github", **APP, **SERVER, **own}
    settings = Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "connections": {"github": APP, "our-git": server},
            "clients": {"app": {"connections": ["github", "our-git"]}},
            "storage": {"url": "memory://"},
        }
    )
    if starts:
        Exchange(settings)
    else:
        with pytest.raises(ConfigurationError, match="namespace"):
            Exchange(settings)
