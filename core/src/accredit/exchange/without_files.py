"""An `Exchange` that only asks providers: for commands that look into a connection and issue nothing."""

from collections.abc import Mapping
from typing import Any

from accredit.exchange.exchange import Exchange
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey
from accredit.provider.http import Transport
from accredit.settings import CacheSettings, KeySettings, PluginSettings, Settings, StorageSettings


def exchange_without_files(
    settings: Settings,
    tables: Mapping[str, Mapping[str, Any]],
    *,
    transport: Transport | None = None,
    plugins: tuple[object, ...] = (),
    logger: object = None,
) -> Exchange:
    """Return an exchange for the connections of `tables`, with nothing on disk: no key file, no database.

    Nor is anything of other nodes: providers are asked, whatever those know. And no provider's token is kept.

    None of the plugins of the settings is on, since nobody is logged in.

    Raises:
        ConfigurationError: a connection's settings are wrong, or its plugin is.
    """
    return Exchange(
        settings.model_copy(
            update={
                "connections": {name: {**table, "keep_provider_token": False} for name, table in tables.items()},
                "storage": StorageSettings(url="memory://"),
                "keys": KeySettings(),
                "cache": CacheSettings(),
                "plugins": PluginSettings(),
            }
        ),
        transport=transport,
        keys=SigningKeys([SigningKey.generate("ES256")]),  # signs nothing, but an exchange has one
        plugins=plugins,
        logger=logger,
    )
