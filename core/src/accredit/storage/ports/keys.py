"""The port for our signing keys, of a storage that can keep them for many nodes."""

from typing import NamedTuple, Protocol, runtime_checkable


class SealedKeys(NamedTuple):
    """All signing keys as one text, which only nodes with the encryption key can read.

    `version` is 1 for the first, and grows by 1 with each change.
    """

    version: int
    sealed: str


@runtime_checkable
class KeyStore(Protocol):
    """A storage that keeps our signing keys, encrypted by whoever asks it to. Not asked of every storage.

    With the obligations of all ports: of several nodes that replace the same version at once, exactly one does.
    """

    async def keys_version(self) -> int:
        """Return the version of what is kept, 0 where nothing is: one indexed look-up, asked every few seconds.

        Raises:
            StorageFailed: nobody can tell.
        """

    async def sealed_keys(self) -> SealedKeys | None:
        """Return what is kept, None where nothing is.

        Raises:
            StorageFailed: nobody can tell.
        """

    async def replace_keys(self, replacement: SealedKeys) -> bool:
        """Keep `replacement` in the place of the version before it, or of nothing for version 1; tell whether it is.

        False where another version is there: somebody else was first, and nothing has changed.

        Raises:
            StorageFailed: it could not be stored.
        """
