"""Where the keys of a running process come from: what `accredit.keys.ring` asks of each such place."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

from accredit.errors import ConfigurationError
from accredit.keys.file import KeyFile
from accredit.keys.jose import SigningKey
from accredit.keys.published import PublishedKey
from accredit.keys.stored import in_signing_order


class KeyPlace(Protocol):
    """A place of keys. `ConfigurationError` says what is wrong with it, in the operator's words."""

    @property
    def made_at(self) -> Mapping[str, int]:
        """When each of the keys was made that were read last, by `kid`, in epoch seconds."""

    async def stamp(self) -> Hashable | None:
        """Return what changes whenever the keys do, None where there are none. Cheap: asked every few seconds."""

    async def make(self, alg: str) -> None:
        """Make what is missing of the keys for `alg`."""

    async def keys(self, alg: str) -> Sequence[SigningKey | PublishedKey]:
        """Return all keys; the one that signs with `alg`, where there is one, is the last."""

    def gone(self) -> ConfigurationError:
        """Return what is told of keys that were there, and are not any more."""

    def lacks(self, alg: str) -> ConfigurationError:
        """Return what is told where no key signs with `alg`."""


class InFile:
    """The key file: all that waits for a disk happens in a thread."""

    def __init__(self, file: KeyFile) -> None:
        self._file = file

    @property
    def made_at(self) -> Mapping[str, int]:
        """When each key was made."""
        return self._file.made_at

    async def stamp(self) -> Hashable | None:
        """Return the file's stamp."""
        return await asyncio.to_thread(self._file.stamp)

    async def make(self, alg: str) -> None:
        """Make what is missing."""
        await asyncio.to_thread(self._file.load, alg)

    async def keys(self, alg: str) -> Sequence[SigningKey]:
        """Read the file."""
        return in_signing_order(await asyncio.to_thread(self._file.read), alg)

    def gone(self) -> ConfigurationError:
        """Return what is told of a file that was there."""
        return ConfigurationError(f"keys.path: {self._file.path} is gone")

    def lacks(self, alg: str) -> ConfigurationError:
        """Return what is told of a file whose keys are for something else."""
        return ConfigurationError(f"keys.path: {self._file.path} has no key for {alg}")
