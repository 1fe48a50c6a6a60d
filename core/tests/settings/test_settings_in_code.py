"""Settings made in code: refused in the same sentences as those of a file, and silent about their secrets."""

import base64
import copy
import json
import pickle
from pprint import pformat
from typing import Any

import pytest
from core.tests.strategies import Acme, Brings
from pydantic import BaseModel, TypeAdapter

from accredit import ConfigurationError, Settings
from accredit.plugins import load_connections, make_plugin_manager
from accredit.settings.unread_table import UnreadTable

APP_SECRET = "app-secret-not-real"
KEY = base64.b64encode(bytes(range(32))).decode()
TABLES: dict[str, Any] = {
    "issuer": "https://login.example.com/",
    "connections": {
        "acme": {"app_id": "123", "app_secret": APP_SECRET, "trust_email": True},
        "game": {"strategy": "acme", "app_id": "124", "app_secret": [APP_SECRET, {"nested": APP_SECRET}]},
    },
    "keys": {"encryption_key": KEY},
}
MESSAGE = (
    "setting issuer: must be a plain URL: scheme, host and path; "
    "setting tokens.id_ttl_s: Input should be greater than 0"
)


class Host(BaseModel):
    """A host's own settings."""

    accredit: Settings


@pytest.mark.parametrize(
    "make",
    [
        lambda tables: Settings(**tables),
        Settings.model_validate,
        lambda tables: Settings.model_validate_json(json.dumps(tables)),
        TypeAdapter(Settings).validate_python,
        lambda tables: Host(accredit=tables),
    ],
    ids=["keywords", "dict", "JSON", "adapter", "within another model"],
)
def test_wrong_settings_raise_a_configuration_error_however_they_are_made(make: Any) -> None:
    with pytest.raises(ConfigurationError) as refused:
        make({"issuer": "hunter2 ", "tokens": {"id_ttl_s": 0}})
    assert str(refused.value) == MESSAGE
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_good_settings_are_taken_as_they_are() -> None:
    settings = Settings.model_validate(TABLES)
    assert Settings.model_validate(settings) is settings
    assert Host(accredit=settings).accredit is settings


@pytest.mark.parametrize("table", [None, "x", [], {1: 2}])
def test_a_connection_that_is_no_table_is_refused(table: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"setting connections\.acme"):
        Settings.model_validate({**TABLES, "connections": {"acme": table}})


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        format,
        pformat,
        lambda one: f"{one.model_dump()} {one.model_dump()!r}",
        lambda one: pformat(one.model_dump()),
        lambda one: one.model_dump_json(),
        lambda one: json.dumps(one.model_dump(mode="json")),
        lambda one: json.dumps(one.model_dump(), default=str),
        lambda one: repr(list(one)),
        lambda one: repr(vars(one)),
        lambda one: repr(one.__getstate__()),
        lambda one: repr(copy.deepcopy(one)),
        lambda one: repr(one.connections["acme"]) + str(one.connections["game"]),
        lambda one: repr(list(one.connections.values())),
    ],
)
def test_settings_show_no_secret(show: Any) -> None:
    settings = Settings.model_validate(TABLES)
    shown = show(settings)
    assert APP_SECRET not in shown
    assert KEY not in shown
    assert "app_secret" in shown  # its name is no secret


def test_a_connection_shows_its_strategy_and_its_switches() -> None:
    tables = Settings.model_validate(TABLES).connections
    assert repr(tables["acme"]) == "{'app_id': '**********', 'app_secret': '**********', 'trust_email': True}"
    assert repr(tables["game"]) == "{'strategy': 'acme', 'app_id': '**********', 'app_secret': '**********'}"


def test_a_table_holds_what_was_written_and_changes_no_more() -> None:
    written: dict[str, Any] = {"app_id": "1", "many": ["a"]}
    table = UnreadTable(written)
    written["many"].append("b")
    assert table == {"app_id": "1", "many": ["a"]}
    assert dict(table) == {**table}
    assert (len(table), list(table)) == (2, ["app_id", "many"])


def test_copies_of_settings_work_like_the_settings() -> None:
    settings = Settings.model_validate({**TABLES, "connections": {"acme": TABLES["connections"]["acme"]}})
    for one in (
        settings,
        copy.deepcopy(settings),
        pickle.loads(pickle.dumps(settings)),  # noqa: S301 - our own bytes: what a pool of processes does
        Settings.model_validate(settings.model_dump()),
        settings.model_copy(update={"authorization": "required"}),
    ):
        connections, _ = load_connections(one.connections, make_plugin_manager([Brings(Acme)]))
        assert connections["acme"].settings.app_secret.get_secret_value() == APP_SECRET  # type: ignore[attr-defined]  # Acme's
        assert one.keys.encryption_keys == settings.keys.encryption_keys
