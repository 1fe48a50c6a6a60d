"""The signing keys of the settings for a command, wherever they are: in a file, or in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from accredit.errors import ConfigurationError
from accredit.keys import KeyFile, KeysInStorage, key_store
from accredit.settings.encryption_key import MAKE_A_KEY
from accredit.storage import storage_for
from accredit.storage.schema.connections import place_of

if TYPE_CHECKING:
    from accredit.keys.stored import Stored
    from accredit.settings import Settings
    from accredit.settings.tables import StorageSettings

T = TypeVar("T")


class PlaceOfKeys(Protocol):
    """Keys that can be read and changed. `place` names it to operators."""

    place: str

    def read(self) -> Stored:
        """Return what is there, nothing where nothing is."""

    def change(self, step: Callable[[Stored, int], Stored]) -> Stored:
        """Replace the keys by what `step` makes of them and of the time."""

    def encrypt(self) -> bool:
        """Encrypt them anew; tells whether they were plain."""


class _File:
    def __init__(self, settings: Settings, *, may_be_plain: bool = False) -> None:
        path, keys = Path(settings.keys.path), settings.keys.encryption_keys
        self._file = KeyFile(path, encryption_keys=keys)
        if may_be_plain and self._file.is_plain():  # the servers read it without a key, until they are restarted
            self._file = KeyFile(path)
        self.place = str(self._file.path)
        self.change = self._file.change
        self.encrypt = self._file.encrypt

    def read(self) -> Stored:
        return self._file.read() if self._file.stamp() is not None else ()


class _Database:
    def __init__(self, settings: Settings) -> None:
        if not settings.keys.encryption_keys:
            raise ConfigurationError(f"keys.encryption_key is not set: set ACCREDIT_KEYS__ENCRYPTION_KEY; {MAKE_A_KEY}")
        self._settings = settings
        self.place = _called(settings.storage)

    def read(self) -> Stored:
        return self._with(lambda keys: keys.read())

    def change(self, step: Callable[[Stored, int], Stored]) -> Stored:
        return self._with(lambda keys: keys.change(step))

    def encrypt(self) -> bool:
        self._with(lambda keys: keys.encrypt())
        return False

    def _with(self, work: Callable[[KeysInStorage], Awaitable[T]]) -> T:
        return asyncio.run(self._opened(work))

    async def _opened(self, work: Callable[[KeysInStorage], Awaitable[T]]) -> T:
        stored = self._settings.storage
        storage = storage_for(stored.url)
        store = key_store(storage, stored.place)
        if stored.path is not None and not stored.path.exists():
            raise ConfigurationError(f"storage.url: {stored.path} is not there; the server makes it on its first start")
        await storage.open()
        try:
            return await work(KeysInStorage(store, encryption_keys=self._settings.keys.encryption_keys))
        finally:
            await storage.close()


def _called(storage: StorageSettings) -> str:
    """Return what `accredit db` calls the database; another storage is not known there."""
    try:
        return place_of(storage.url)
    except ConfigurationError:
        return storage.place


def place_of_keys(settings: Settings, name: str = "") -> PlaceOfKeys:
    """Return the place `name`, `file` or `storage`; by default the one of the settings.

    Raises:
        ConfigurationError: the private keys are on other nodes.
    """
    name = name or settings.keys.place
    if name == "published":
        raise ConfigurationError(
            f"keys.place is published: the private keys are where {settings.keys.published} comes from; "
            "run this with the settings there"
        )
    return _Database(settings) if name == "storage" else _File(settings)


def keys_to_copy(settings: Settings, name: str) -> PlaceOfKeys:
    """Return the place that keys are copied from: a file may be plain although there is a key for the database.

    Raises:
        ConfigurationError: there are none.
    """
    return _with_keys(_File(settings, may_be_plain=True) if name == "file" else _Database(settings))


def existing_keys(settings: Settings, *, must_read: bool = True) -> PlaceOfKeys:
    """Return the place of the settings, with keys in it: no command makes any.

    They are not read where a plain file is to be encrypted.

    Raises:
        ConfigurationError: there are none.
    """
    return _with_keys(place_of_keys(settings), must_read=must_read)


def _with_keys(place: PlaceOfKeys, *, must_read: bool = True) -> PlaceOfKeys:
    if isinstance(place, _File) and not Path(place.place).exists():
        raise ConfigurationError(f"keys.path: {place.place} is not there; the server makes it on its first start")
    if (must_read or isinstance(place, _Database)) and not place.read():
        raise ConfigurationError(f"keys.place: {place.place} holds no keys; the server makes them on its first start")
    return place
