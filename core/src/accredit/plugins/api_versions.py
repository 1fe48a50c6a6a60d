"""What changes without anybody touching the settings: a provider ends an API version."""

import datetime as dt
from collections.abc import Callable

from accredit._guard import blamed
from accredit.errors import PluginError
from accredit.plugins.connection import Connection
from accredit.strategy import ApiVersion


def api_version_of(connection: Connection) -> ApiVersion | None:
    """Return the API version that a connection calls, as its strategy names it.

    Raises:
        PluginError: the strategy raised, or named something else.
    """
    with blamed(f"{connection.source}: api_version of '{connection.name}' failed"):
        version: object = connection.strategy.api_version
    if not isinstance(version, ApiVersion | None):
        kind = type(version).__name__
        raise PluginError(f"{connection.source}: api_version of '{connection.name}' is {kind}, not an ApiVersion")
    return version


def today(clock: Callable[[], float]) -> dt.date:
    """Return the day in UTC. `clock` returns epoch seconds."""
    return dt.datetime.fromtimestamp(clock(), dt.UTC).date()
