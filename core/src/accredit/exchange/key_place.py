"""Where our keys are, by the settings: with the storage and the transport of an engine."""

from collections.abc import Callable, Sequence
from pathlib import Path

from accredit.errors import ProviderUnavailable
from accredit.keys import InFile, KeyFile, KeyPlace, KeysInStorage, PublishedKeys, key_store
from accredit.keys.published import Fetch
from accredit.provider.http import ProviderHTTP
from accredit.settings import Settings
from accredit.storage import Storage


def key_place(
    settings: Settings,
    *,
    storage: Storage,
    http: Callable[[Sequence[str]], ProviderHTTP],
    clock: Callable[[], float],
) -> KeyPlace:
    """Return the place of the settings. `http` makes a client for some URLs, `clock` returns epoch seconds.

    Raises:
        ConfigurationError: the storage keeps no keys.
    """
    keys = settings.keys
    if keys.place == "storage":
        store = key_store(storage, settings.storage.place)
        return KeysInStorage(store, encryption_keys=keys.encryption_keys, clock=clock)
    if keys.published is None:
        return InFile(KeyFile(Path(keys.path), encryption_keys=keys.encryption_keys, clock=clock))
    if "://" not in keys.published:
        return PublishedKeys(keys.published)
    copy = Path(f"{keys.path}.published")
    return PublishedKeys(keys.published, fetch=_fetch(keys.published, http), copy=copy)


def _fetch(url: str, http: Callable[[Sequence[str]], ProviderHTTP]) -> Fetch:
    async def fetch() -> bytes:
        response = await http([url]).get_key_set(url)
        if response.status != 200:
            raise ProviderUnavailable(f"the key set has status {response.status}")
        return response.body

    return fetch
