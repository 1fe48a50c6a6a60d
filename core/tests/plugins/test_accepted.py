"""Whose tokens are let in: ids that the operator has written in the connection's table, and nobody else's."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from core.tests.strategies import Acme, AcmeSettings, Brings
from pydantic import AfterValidator, BaseModel, SecretStr, field_validator, model_validator

from accredit.errors import ConfigurationError, PluginError
from accredit.plugins import Connection, load_connections, make_plugin_manager
from accredit.plugins.registry import source_of_object
from accredit.settings import AppId, CodeSettings, ConnectionSettings, ListOf
from accredit.strategy import Strategy

ID, OTHER = "4242", "attackers-app"


def strategy_with(settings: type[ConnectionSettings]) -> type[Strategy[Any]]:
    return type("Odd", (Acme,), {"settings_type": settings})


def load(settings: type[ConnectionSettings], **table: Any) -> Connection:
    plugin = Brings(strategy_with(settings))
    return load_connections({"acme": table}, make_plugin_manager([plugin]))[0]["acme"]


def fault(settings: type[ConnectionSettings], **table: Any) -> str:
    plugin = Brings(strategy_with(settings))
    with pytest.raises(PluginError) as refused:
        load_connections({"acme": table}, make_plugin_manager([plugin]))
    message = str(refused.value)
    start = f"{source_of_object(plugin)}: "
    assert message.startswith(start)
    assert ID not in message
    assert OTHER not in message
    assert "\n" not in message
    return message.removeprefix(start)


NOT_STATED = "accepted_audiences holds an id that does not stand in [connections.acme]: return only settings that the "


def accepting(accept: Callable[[Any], Any], **fields: Any) -> type[AcmeSettings]:
    """Return settings with more fields, and the ids that `accept` makes of them."""
    annotations = {name: kind for name, (kind, _) in fields.items()}
    defaults = {name: default for name, (_, default) in fields.items() if default is not ...}
    members = {"__annotations__": annotations, "accepted_audiences": property(accept), **defaults}
    return type("Settings", (AcmeSettings,), {"__module__": __name__, **members})


LISTS = {"app_ids": (ListOf[AppId], ())}


def test_a_text_that_the_operator_has_written_is_accepted() -> None:
    assert load(AcmeSettings, app_id=ID).accepted == {ID}


@pytest.mark.parametrize(
    "written", [["1", "2"], ("1", "2"), "1,2", " 1 , 2 ", ["1", "2", "3"]], ids=["list", "tuple", "text", "blanks", "3"]
)
def test_entries_of_a_list_are_accepted(written: Any) -> None:
    settings = accepting(lambda self: frozenset(self.app_ids[:2]), **LISTS)
    assert load(settings, app_id="9", app_ids=written).accepted == {"1", "2"}


@pytest.mark.parametrize("kind", [frozenset[str], set[str], list[str], tuple[str, ...]], ids=str)
def test_a_list_may_be_of_any_kind(kind: Any) -> None:
    settings = accepting(lambda self: frozenset(self.app_ids), app_ids=(kind, ...))
    assert load(settings, app_id="9", app_ids=["1", "2"]).accepted == {"1", "2"}


def test_ids_of_two_settings_are_accepted() -> None:
    settings = accepting(lambda self: frozenset({self.app_id, self.web_id}), web_id=(str, ...))
    assert load(settings, app_id=ID, web_id="5").accepted == {ID, "5"}


@pytest.mark.threat(46)
@pytest.mark.parametrize(
    "accept",
    [
        lambda self: frozenset({self.app_id, OTHER}),
        lambda _: frozenset({OTHER}),
        lambda self: frozenset({self.app_id[:-1]}),
        lambda self: frozenset({self.app_id, self.app_id + "0"}),
        lambda self: frozenset({f"app:{self.app_id}"}),
        lambda self: frozenset(self.app_id),
    ],
    ids=["one more", "another", "a part", "longer", "made of it", "its digits"],
)
def test_an_id_that_nobody_wrote_is_the_plugins_fault(accept: Any) -> None:
    assert fault(accepting(accept), app_id=ID).startswith(NOT_STATED)


@pytest.mark.threat(46)
def test_a_part_of_a_text_with_commas_is_no_id_that_anybody_wrote() -> None:
    settings = accepting(lambda self: frozenset(self.app_id.split(",")))
    assert fault(settings, app_id=f"{ID},5").startswith(NOT_STATED)


@pytest.mark.threat(46)
def test_a_default_is_no_id_that_the_operator_wrote() -> None:
    settings = accepting(lambda self: frozenset({self.app_id, self.web_id}), web_id=(str, OTHER))
    assert fault(settings, app_id=ID).startswith(NOT_STATED)
    assert load(settings, app_id=ID, web_id=OTHER).accepted == {ID, OTHER}


@pytest.mark.threat(46)
@pytest.mark.parametrize("kind", [SecretStr, list[SecretStr]], ids=str)
def test_a_secret_is_no_id(kind: Any) -> None:
    def accept(self: Any) -> frozenset[str]:
        secrets = self.key if isinstance(self.key, list) else [self.key]
        return frozenset(one.get_secret_value() for one in secrets)

    settings = accepting(accept, key=(kind, ...))
    assert fault(settings, app_id=ID, key=OTHER if kind is SecretStr else [OTHER]).startswith(NOT_STATED)


@pytest.mark.threat(46)
@pytest.mark.parametrize("name", ["namespace", "strategy"])
def test_what_every_connection_has_is_no_id(name: str) -> None:
    settings = accepting(lambda self: frozenset({getattr(self, name)}))
    assert fault(settings, app_id=ID, strategy="acme", namespace="games").startswith(NOT_STATED)


@pytest.mark.threat(46)
def test_an_id_that_a_validator_has_changed_is_not_the_one_that_was_written() -> None:
    class Lowers(AcmeSettings):
        app_id: Annotated[str, AfterValidator(str.lower)]

    assert load(Lowers, app_id="abc").accepted == {"abc"}
    assert fault(Lowers, app_id="ABC").startswith(NOT_STATED)


@pytest.mark.threat(46)
def test_an_id_that_a_validator_has_put_in_was_not_written() -> None:
    class Fills(AcmeSettings):
        @model_validator(mode="before")
        @classmethod
        def fill(cls, table: dict[str, Any]) -> dict[str, Any]:
            return {**table, "app_id": OTHER}

    assert fault(Fills).startswith(NOT_STATED)


@pytest.mark.threat(2)
def test_a_number_that_the_settings_take_for_text_was_not_written_as_text() -> None:
    class Coerces(AcmeSettings):
        @field_validator("app_id", mode="before")
        @classmethod
        def coerce(cls, value: object) -> str:
            return str(value)

    assert load(Coerces, app_id=ID).accepted == {ID}
    assert fault(Coerces, app_id=int(ID)).startswith(NOT_STATED)


@pytest.mark.threat(2)
@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (lambda self: self.app_id, "str"),
        (lambda self: [self.app_id], "list"),
        (lambda self: (self.app_id,), "tuple"),
        (lambda self: {self.app_id: 1}, "dict"),
        (lambda self: None, "NoneType"),
        (lambda self: (one for one in [self.app_id]), "generator"),
    ],
    ids=["text", "list", "tuple", "dictionary", "none", "generator"],
)
def test_ids_that_are_no_set_are_the_plugins_fault(accept: Any, kind: str) -> None:
    # `"12" in "123"` is true: the substring match of CVE-2022-39231.
    told = f"accepted_audiences is a {kind}: make it a frozenset, in a text a part would match"
    assert fault(accepting(accept), app_id=ID) == told


@pytest.mark.parametrize("value", [1, None, b"4242", SecretStr(ID), (ID,)], ids=lambda value: type(value).__name__)
def test_ids_that_are_no_text_are_the_plugins_fault(value: Any) -> None:
    told = "accepted_audiences holds what is no text: ids are compared as text"
    assert fault(accepting(lambda self: {self.app_id, value}), app_id=ID) == told


@pytest.mark.threat(3)
def test_no_id_at_all_is_for_the_operator_to_mend() -> None:
    settings = accepting(lambda self: frozenset(self.app_ids), **LISTS)
    with pytest.raises(ConfigurationError) as refused:
        load(settings, app_id=ID, app_ids=[])
    assert not isinstance(refused.value, PluginError)
    assert str(refused.value) == "connection 'acme': no accepted app id is configured"


def test_ids_that_cannot_be_named_are_the_plugins_fault() -> None:
    def accept(_: Any) -> frozenset[str]:
        raise SystemExit(OTHER)

    message = fault(accepting(accept), app_id=ID)
    assert message.startswith("accepted_audiences of connection 'acme' failed: SystemExit in ")


class Row(BaseModel):
    id: str


def test_an_id_in_a_table_of_its_own_stands_in_no_setting() -> None:
    settings = accepting(lambda self: frozenset(row.id for row in self.rows), rows=(list[Row], ...))
    assert fault(settings, app_id="1", rows=[{"id": ID}]).startswith(NOT_STATED)


def test_what_the_operator_trusts_beside_our_ids_is_in_no_list_of_ours() -> None:
    connection = load(AcmeSettings, app_id=ID, trusted_audiences="https://api.example, 5")
    assert connection.accepted == {ID}
    assert connection.trusted == {"https://api.example", "5"}
    assert load(AcmeSettings, app_id=ID).trusted == frozenset()


@pytest.mark.threat(46)
def test_what_the_operator_trusts_beside_our_ids_is_no_id_of_ours() -> None:
    settings = accepting(lambda self: frozenset({self.app_id, *self.trusted_audiences}))
    assert fault(settings, app_id=ID, trusted_audiences=[OTHER]).startswith(NOT_STATED)


def unusable(strategy: type[Strategy[Any]], **table: Any) -> str:
    with pytest.raises(ConfigurationError) as refused:
        load_connections({"acme": table}, make_plugin_manager([Brings(strategy)]))
    assert not isinstance(refused.value, PluginError)
    return str(refused.value)


@pytest.mark.threat(5)
def test_an_id_of_ours_is_trusted_in_no_other_way() -> None:
    told = unusable(Acme, app_id=ID, trusted_audiences=["5", ID])
    assert told.startswith("connection 'acme': trusted_audiences holds an app id of ours: ")
    assert ID not in told
    assert load(AcmeSettings, app_id=ID, trusted_audiences=["5", f"{ID}0"]).trusted == {"5", f"{ID}0"}


@pytest.mark.parametrize("entry", ["", "two words", "\u00e9", "a\nb", 5, None], ids=repr)
def test_what_no_audience_can_be_is_not_trusted(entry: Any) -> None:
    assert unusable(Acme, app_id=ID, trusted_audiences=[entry]).startswith(
        "connection 'acme': setting trusted_audiences"
    )


@pytest.mark.parametrize(
    ("accepts", "is_fine"),
    [({"access_token"}, False), ({"signed_payload"}, False), ({"access_token", "id_token"}, True), ({"code"}, True)],
    ids=["access_token", "signed_payload", "id_token", "code"],
)
def test_only_who_takes_id_tokens_trusts_their_audiences(accepts: set[str], is_fine: bool) -> None:
    members = {"accepts": frozenset(accepts)}
    if "code" in accepts:
        members["settings_type"] = type("Settings", (AcmeSettings, CodeSettings), {"__module__": __name__})  # type: ignore[assignment]  # of two kinds
    strategy = type("Narrow", (Acme,), members)
    table = {"app_id": ID, "trusted_audiences": ["5"]}
    if is_fine:
        loaded = load_connections({"acme": table}, make_plugin_manager([Brings(strategy)]))[0]
        assert loaded["acme"].trusted == {"5"}
    else:
        assert unusable(strategy, **table) == "connection 'acme': trusted_audiences: its strategy takes no ID tokens"
