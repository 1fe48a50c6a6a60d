"""Settings that would loosen a check, or send secrets somewhere else, stop start-up."""

from typing import Any

import pytest
from pydantic import SecretStr

from accredit.errors import ConfigurationError
from accredit.testing import exchange_for
from accredit_facebook.settings import FacebookSettings
from accredit_facebook.simulator import FacebookSimulator

SECRET = "s3cret-of-ours"


def test_an_id_and_a_secret_are_enough() -> None:
    settings = FacebookSettings(app_id="42", app_secret=SecretStr(SECRET))
    assert settings.accepted_audiences == {"42"}
    assert settings.provider_urls == (
        "https://graph.facebook.com",
        "https://limited.facebook.com/.well-known/oauth/openid/jwks/",
    )
    assert (settings.api_version, settings.accept_non_expiring_tokens) == ("v25.0", False)
    assert settings.limited_login_issuers == ("https://www.facebook.com", "https://facebook.com")


def test_the_secret_is_in_no_text_of_the_settings() -> None:
    settings = FacebookSettings(app_id="42", app_secret=SecretStr(SECRET))
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("app_id", ""),
        ("app_id", 42),
        ("app_id", None),
        ("app_id", ["100000000000042"]),
        ("app_id", "42 "),
        ("app_id", "42\n"),
        ("app_id", "4 2"),
        ("app_id", "my-app"),
        ("app_id", "４２"),
        ("app_id", '"42"'),
        ("app_secret", ""),
        ("previous_app_secret", ""),
        ("app_secret", None),
        ("app_secret", "s3cret\n"),
        ("app_secret", " s3cret"),
        ("app_secret", "s3 cret"),
        ("app_secret", "s3\u200bcret"),
        ("app_secret", "'s3cret'"),
        ("app_secret", "…"),
        ("graph_url", "http://graph.facebook.com"),
        ("graph_url", "https://user@graph.facebook.com"),
        ("limited_login_jwks_url", "http://limited.facebook.com/jwks"),
        ("limited_login_jwks_url", ""),
        ("limited_login_issuers", []),
        ("limited_login_issuers", [""]),
        ("limited_login_issuers", ["www.facebook.com"]),
        ("limited_login_issuers", ["https://facebook.com", "https://facebook.com"]),
        ("api_version", "25.0"),
        ("api_version", "v25"),
        ("api_version", "v25.0/../x"),
        ("api_version", "v25.0\n"),
        ("api_version", ""),
        ("api_version", "V25.0"),
        ("api_version", "v025.0"),
        ("required_permissions", [""]),
        ("required_permissions", ["Email"]),
        ("required_permissions", ["email user_birthday"]),
        ("required_permissions", ["email", "email"]),
        ("extra_fields", ["birth day"]),
        ("app_key", "42"),
    ],
)
async def test_a_wrong_setting_stops_start_up_and_is_named(
    simulator: FacebookSimulator, setting: str, value: Any
) -> None:
    with pytest.raises(ConfigurationError, match=f"connection 'facebook': setting {setting}"):
        async with exchange_for(simulator, connection={setting: value}):
            pass


@pytest.mark.parametrize("setting", ["app_id", "app_secret"])
def test_neither_id_nor_secret_has_a_default(setting: str) -> None:
    table = {"app_id": "42", "app_secret": SECRET}
    del table[setting]
    with pytest.raises(ValueError, match=rf"{setting}\n  Field required"):
        FacebookSettings.model_validate(table)


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("required_permissions", ("email", "user_birthday")),
        ("extra_fields", ("birthday", "picture.width(200)")),
        ("limited_login_issuers", ("https://www.facebook.com", "https://facebook.com")),
    ],
)
def test_an_environment_variable_can_hold_a_list(setting: str, values: tuple[str, ...]) -> None:
    settings = FacebookSettings.model_validate({"app_id": "42", "app_secret": SECRET, setting: ", ".join(values)})
    assert getattr(settings, setting) == values


def test_a_trailing_slash_of_graph_url_does_no_harm() -> None:
    table = {"app_id": "42", "app_secret": SECRET, "graph_url": "https://graph.example.com/"}
    assert FacebookSettings.model_validate(table).graph_url == "https://graph.example.com"
