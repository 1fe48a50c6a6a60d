"""Where relative paths begin: at the settings file, wherever a process was started."""

from pathlib import Path

from accredit.settings.private_key import is_path
from accredit.settings.top import Settings
from accredit.settings.unread_table import UnreadTable


def relative_to(folder: Path, settings: Settings) -> Settings:
    """Return the settings with every relative path made an absolute one that begins at `folder`."""
    keys, storage = settings.keys, settings.storage
    clients = {
        client_id: client
        if client.jwks_path is None
        else client.model_copy(update={"jwks_path": str(folder / client.jwks_path)})
        for client_id, client in settings.clients.items()
    }
    if storage.path is not None:
        storage = storage.model_copy(update={"url": f"sqlite:///{folder / storage.path}"})
    keys = keys.model_copy(update={"path": str(folder / keys.path)})
    if keys.published is not None and "://" not in keys.published:
        keys = keys.model_copy(update={"published": str(folder / keys.published)})
    connections = {name: _connection(folder, table) for name, table in settings.connections.items()}
    changed = {"clients": clients, "connections": connections, "keys": keys, "storage": storage}
    return settings.model_copy(update=changed)


def _connection(folder: Path, table: UnreadTable) -> UnreadTable:
    """Return a connection's table with the paths of its private keys made absolute. Nobody else has read it yet."""
    return UnreadTable(
        {
            name: str(folder / value) if name.lower().endswith("private_key") and is_path(value) else value
            for name, value in table.items()
        }
    )
