"""The settings of a connection, as its strategy reads them."""

from typing import Any, NoReturn

import pytest
from core.tests.strategies import Acme, AcmeSettings, Brings
from pydantic import field_validator

from accredit.errors import ConfigurationError, PluginError
from accredit.plugins import Connection, load_connections, make_plugin_manager
from accredit.settings import ConnectionSettings
from accredit.strategy import Strategy


def load(table: dict[str, Any], strategy: Any = Acme, name: str = "acme") -> Connection:
    return load_connections({name: table}, make_plugin_manager([Brings(strategy)]))[0][name]


def refusal(table: dict[str, Any], strategy: Any = Acme, name: str = "acme") -> ConfigurationError:
    with pytest.raises(ConfigurationError) as refused:
        load(table, strategy, name)
    return refused.value


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({}, "setting app_id: Field required"),
        ({"app_id": 123456}, "setting app_id: must be text: put it in quotes"),
        ({"app_id": 1.5}, "setting app_id: must be text: put it in quotes"),
        ({"app_id": True}, "setting app_id: Input should be a valid string"),
        ({"app_id": ["1"]}, "setting app_id: Input should be a valid string"),
        ({"app_id": "1", "app_secret": 5}, "setting app_secret: must be text: put it in quotes"),
        (
            {"app_id": "1", "ap_secret": "hunter2"},
            "setting ap_secret: there is no such setting; did you mean app_secret?",
        ),
        (
            {"app_id": "1", "most_friends": "hunter2"},
            "setting most_friends: Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            {"app_id": "1", "api_url": "http://hunter2.example"},
            "setting api_url: must start with https:// (http is accepted on loopback only)",
        ),
        (
            {"app_id": "1", "enabled": "maybe"},
            "setting enabled: Input should be a valid boolean, unable to interpret input",
        ),
        ({"most_friends": []}, "setting app_id: Field required; setting most_friends: Input should be a valid integer"),
    ],
)
def test_a_wrong_setting_is_named_with_its_connection_and_never_quoted(table: dict[str, Any], problem: str) -> None:
    error = refusal(table)
    assert str(error) == f"connection 'acme': {problem}"
    assert error.__cause__ is None
    assert error.__suppress_context__


def test_the_connection_is_named_by_its_own_name_not_its_strategys() -> None:
    error = refusal({"strategy": "acme"}, name="game")
    assert str(error) == "connection 'game': setting app_id: Field required"


def test_a_setting_that_is_missing_is_told_with_its_variable() -> None:
    told = refusal({"strategy": "acme"}, name="acme-game").__notes__
    assert told == ["where settings are read from the environment too, set ACCREDIT_CONNECTIONS__ACME_GAME__APP_ID"]
    assert not hasattr(refusal({"app_id": "1", "enabled": "maybe"}), "__notes__")


@pytest.mark.threat(3)
def test_an_empty_app_id_refuses_to_start() -> None:
    assert load({"app_id": "1"}).accepted == {"1"}
    assert str(refusal({"app_id": ""})) == "connection 'acme': no accepted app id is configured"


def accepting(accepted: Any) -> type[Strategy[Any]]:
    class Settings(AcmeSettings):
        @property
        def accepted_audiences(self) -> Any:
            return accepted

    return type("Odd", (Acme,), {"settings_type": Settings})


@pytest.mark.threat(3)
@pytest.mark.parametrize("accepted", [frozenset(), frozenset({""}), frozenset({"1", ""}), set()])
def test_accepted_ids_that_are_empty_refuse_to_start(accepted: Any) -> None:
    assert str(refusal({"app_id": "1"}, accepting(accepted))) == "connection 'acme': no accepted app id is configured"


class Silent(ConnectionSettings):
    """Does not say what it accepts."""


class Quotes(AcmeSettings):
    @field_validator("app_id")
    @classmethod
    def refuse(cls, value: str) -> str:
        raise ValueError("must not start with a zero")


def vars_of_acme() -> dict[str, Any]:
    return {"verify": Acme.verify, "normalize": Acme.normalize}


class Fails(Acme):
    def __init__(self, settings: AcmeSettings) -> NoReturn:
        raise RuntimeError("no")


def test_a_plugins_own_sentence_about_a_setting_is_told() -> None:
    error = refusal({"app_id": "0"}, type("Odd", (Acme,), {"settings_type": Quotes}))
    assert str(error) == "connection 'acme': setting app_id: must not start with a zero"


@pytest.mark.parametrize(
    "strategy",
    [
        type("NoAudiences", (Acme,), {"settings_type": Silent}),
        type("NoSettings", (Acme,), {"settings_type": dict}),
        type("Abstract", (Strategy,), {"name": "acme", "settings_type": AcmeSettings}),
        type("Nameless", (Strategy,), {**vars_of_acme(), "settings_type": AcmeSettings}),
        type("Unnamed", (Acme,), {"name": ""}),
        Fails,
    ],
    ids=lambda strategy: strategy.__name__,
)
def test_a_strategy_class_that_cannot_be_used_stops_start_up_as_a_plugins_fault(strategy: Any) -> None:
    table = {} if strategy.__name__ == "NoAudiences" else {"app_id": "1"}
    with pytest.raises(PluginError):
        load(table, strategy)
