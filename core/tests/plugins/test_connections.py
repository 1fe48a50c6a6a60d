"""The table of connections: what start-up has checked stays as it was."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.strategies import Acme, Brings

from accredit.plugins import Connection, load_connections, make_plugin_manager


@pytest.fixture
def connections() -> Mapping[str, Connection]:
    return load_connections({"acme": {"app_id": "1"}}, make_plugin_manager([Brings(Acme)]))[0]


def test_nobody_changes_the_table_of_connections(connections: Mapping[str, Connection]) -> None:
    table: Any = connections
    with pytest.raises(TypeError):
        table["acme"] = table["acme"]
    with pytest.raises(TypeError):
        del table["acme"]
    assert not hasattr(table, "update")
    assert list(table) == ["acme"]


def test_nobody_changes_a_connection(connections: Mapping[str, Connection]) -> None:
    connection: Any = connections["acme"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        connection.accepted = frozenset({"2"})
    with pytest.raises(ValueError, match="frozen"):
        connection.settings.accept_unbound_tokens = True
