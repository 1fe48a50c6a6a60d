"""Tables of settings as the environment variables that an operator would set."""

from collections.abc import Mapping
from typing import Any


def environment_of(connections: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return `ACCREDIT_CONNECTIONS__<NAME>__<SETTING>` for every setting: entries of a list are separated by commas."""
    return {
        f"ACCREDIT_CONNECTIONS__{name.replace('-', '_').upper()}__{setting.upper()}": (
            ",".join(value) if isinstance(value, list | tuple) else str(value)
        )
        for name, table in connections.items()
        for setting, value in table.items()
    }
