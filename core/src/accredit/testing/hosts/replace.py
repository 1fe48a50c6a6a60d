"""Put simulated providers into a host's own settings."""

from collections.abc import Mapping
from typing import Any

from accredit.testing.hosts.people import CLIENT_ID


def replaced(tables: Mapping[str, Mapping[str, Any]], simulated: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return connection tables of which each leads to the simulated provider of its strategy, if there is one.

    App ids, secrets and addresses are the simulator's, since its tokens are for its own app. What the host decides,
    such as a namespace or a nonce policy, stays as it is.
    """
    return {
        name: _with(table, simulated[strategy])
        if (strategy := str(table.get("strategy") or name)) in simulated
        else table
        for name, table in tables.items()
    }


def _with(table: Mapping[str, Any], simulated: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in table.items() if name != "proxy" and not name.endswith("_url")}
    return {**kept, **simulated}


def sample_settings(connections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the tables of a server with one client, for tests that have no settings of their own."""
    return {
        "issuer": "https://login.example.com/",
        "connections": dict(connections),
        "clients": {CLIENT_ID: {"connections": list(connections)}},
    }
