"""The table `[plugins]`: names that are switched on, and a table for each."""

import pickle
from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.settings import PluginSettings, Settings
from accredit.settings.load import load_settings

ISSUER = "https://login.example.com/"


def read(plugins: Any) -> PluginSettings:
    return Settings.model_validate({"issuer": ISSUER, "plugins": plugins}).plugins


def refusal(plugins: Any) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read(plugins)
    return str(refused.value)


def of_environment(**variables: str) -> PluginSettings:
    ours = {f"ACCREDIT_{name}": value for name, value in variables.items()}
    return load_settings(None, {"ACCREDIT_ISSUER": ISSUER, **ours}).plugins


def test_without_the_table_nothing_is_enabled() -> None:
    assert Settings(issuer=ISSUER).plugins == PluginSettings()
    assert PluginSettings().enabled == ()
    assert dict(PluginSettings().tables) == {}


def test_each_enabled_plugin_may_have_a_table_of_its_own() -> None:
    settings = read({"enabled": ["one", "two-3"], "two-3": {"api_key": "hunter2", "limits": {"each": 3}}})
    assert settings.enabled == ("one", "two-3")
    assert {name: dict(table) for name, table in settings.tables.items()} == {
        "two-3": {"api_key": "hunter2", "limits": {"each": 3}}
    }


def test_the_values_of_a_plugins_table_are_shown_nowhere() -> None:
    settings = Settings.model_validate({"issuer": ISSUER, "plugins": {"enabled": ["one"], "one": {"key": "hunter2"}}})
    assert "hunter2" not in f"{settings!r} {settings} {settings.plugins!r} {settings.model_dump_json()}"
    assert dict(settings.plugins.tables["one"]) == {"key": "hunter2"}


def test_settings_that_are_read_from_settings_keep_the_tables() -> None:
    settings = read({"enabled": ["one"], "one": {"key": "hunter2"}})
    again = Settings.model_validate({"issuer": ISSUER, "plugins": settings.model_dump()}).plugins
    for copy in (again, pickle.loads(pickle.dumps(settings))):  # noqa: S301 - our own bytes
        assert dict(copy.tables["one"]) == {"key": "hunter2"}


def test_the_tables_cannot_be_changed() -> None:
    tables: Any = read({"enabled": ["one"], "one": {"key": "k"}}).tables
    with pytest.raises(TypeError):
        tables["two"] = {}
    with pytest.raises(TypeError):
        tables["one"]["key"] = "other"


@pytest.mark.parametrize(
    ("plugins", "told"),
    [
        ({"enabeld": ["one"]}, "setting plugins.enabeld: there is no such setting; did you mean plugins.enabled?"),
        ({"enabled": ["one"], "on": True}, "setting plugins.on: there is no such setting"),
        (
            {"one": {"key": "hunter2"}},
            "setting plugins.one: no such plugin is enabled: name it in plugins.enabled, or remove this",
        ),
        ({"enabled": ["one", "one"]}, "setting plugins.enabled: holds the same entry twice: numbers 1 and 2"),
        ({"enabled": ["one"], "one": {"key": "hunter2 "}}, "setting plugins.one.key: begins or ends with a blank or"),
        (["one"], "setting plugins: Input should be a valid dictionary"),
        ({"enabled": {"one": True}}, "setting plugins.enabled: Input should be a valid tuple"),
    ],
)
def test_a_wrong_value_is_named_and_never_quoted(plugins: Any, told: str) -> None:
    assert refusal(plugins).startswith(told)
    assert "hunter2" not in refusal(plugins)


@pytest.mark.parametrize("name", ["One", "my_policy", "-one", "one-", "a--b", "", "a.b", "a b", "é", "one\n"])
def test_a_name_that_no_variable_could_hold_is_refused(name: str) -> None:
    told = "setting plugins.enabled.0: must be small letters and digits, and single hyphens between them"
    assert refusal({"enabled": [name]}) == told


@pytest.mark.parametrize("name", ["a", "9", "my-company-policy", "a-1-b"])
def test_other_names_are_accepted(name: str) -> None:
    assert read({"enabled": [name]}).enabled == (name,)


def test_variables_enable_plugins_and_hold_their_secrets() -> None:
    settings = of_environment(PLUGINS__ENABLED="one, my-policy", PLUGINS__MY_POLICY__API_KEY="hunter2")
    assert settings.enabled == ("one", "my-policy")
    assert dict(settings.tables["my-policy"]) == {"api_key": "hunter2"}


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("PLUGINS__ENABELD", "there is no such setting; did you mean ACCREDIT_PLUGINS__ENABLED?"),
        ("PLUGIN__ENABLED", "there is no such setting; did you mean ACCREDIT_PLUGINS__ENABLED?"),
        ("PLUGIN__ONE__KEY", "there is no such setting; did you mean ACCREDIT_PLUGINS__ONE__KEY?"),
    ],
)
def test_a_slip_in_a_variable_is_told_with_the_one_that_is_meant(variable: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        of_environment(**{variable: "one"})
    assert str(refused.value) == f"environment variable ACCREDIT_{variable}: {told}"
