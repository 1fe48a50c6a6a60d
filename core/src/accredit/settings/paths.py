"""Where relative paths begin: at the settings file, wherever a process was started."""

from pathlib import Path

from accredit.settings.top import Settings


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
    return settings.model_copy(update={"clients": clients, "keys": keys, "storage": storage})
