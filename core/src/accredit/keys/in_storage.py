"""Keys in the storage, for nodes that share no disk: one text, encrypted with a key that only the nodes have.

A change replaces exactly the version that it was made from, so that of several nodes one succeeds, and the others look
at what that one has done. The text is bound to its place and its version: neither the content of a key file, nor that
of another version, is ever taken for it.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from accredit.errors import ConfigurationError, StorageFailed
from accredit.keys.jose import InvalidJwt, SigningKey, decrypt, encrypt
from accredit.keys.stored import Stored, StoredKey, check, complete, in_signing_order, missing_states
from accredit.storage.ports.keys import KeyStore, SealedKeys

_MOST_TRIES = 20
"""So many changes of others may come in between. Each makes or moves keys, so there are never many."""


class KeysInStorage:
    """The keys in `store`, encrypted under the first of `encryption_keys` (32 bytes each), readable under each.
    `clock` returns epoch seconds.
    """

    def __init__(
        self, store: KeyStore, *, encryption_keys: Sequence[bytes], clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._encryption_keys = tuple(encryption_keys)
        self._clock = clock
        self._newest = 0
        self.made_at: Mapping[str, int] = {}
        """When each of the keys was made that were read last, by `kid`, in epoch seconds."""

    async def stamp(self) -> int | None:
        """Return the version of the keys, None where there are none.

        Raises:
            ConfigurationError: the storage cannot tell.
        """
        with _told():
            return await self._store.keys_version() or None

    async def make(self, alg: str) -> None:
        """Make what is missing of the keys for `alg`: of several nodes at once, one does.

        Raises:
            ConfigurationError: they cannot be read or stored.
        """
        keys = await self.read()
        if missing := missing_states(keys, alg):
            try:
                await self.change(lambda keys, now: complete(keys, alg, now=now))
            except ConfigurationError:  # a storage that can only be read has keys that verify
                if "current" in missing:
                    raise

    async def keys(self, alg: str) -> Sequence[SigningKey]:
        """Return all keys; the one that signs with `alg`, where there is one, is the last.

        Raises:
            ConfigurationError: they cannot be read, or are older than what was read before.
        """
        return in_signing_order(await self.read(), alg)

    async def read(self) -> Stored:
        """Return what is kept, nothing where nothing is.

        Raises:
            ConfigurationError: it cannot be read.
        """
        return (await self._read())[1]

    async def change(self, step: Callable[[Stored, int], Stored]) -> Stored:
        """Replace the keys by what `step` makes of them and of the time; it is called again if others were faster.

        Raises:
            ConfigurationError: by `step`, or they cannot be read or stored. They are as they were.
        """
        return await self._replace(step, is_forced=False)

    async def encrypt(self) -> None:
        """Encrypt the keys anew, under the first encryption key.

        Raises:
            ConfigurationError: they cannot be read or stored.
        """
        await self._replace(lambda keys, _: keys, is_forced=True)

    def gone(self) -> ConfigurationError:
        """Return what is told of keys that were there."""
        return ConfigurationError(
            "keys.place: the keys are gone from the storage; bring them back from a backup, or restart all nodes: "
            "the first makes new keys, with which no token issued so far can be verified"
        )

    def lacks(self, alg: str) -> ConfigurationError:
        """Return what is told of keys that are for something else."""
        return ConfigurationError(f"keys.place: the storage has no key for {alg}")

    async def _replace(self, step: Callable[[Stored, int], Stored], *, is_forced: bool) -> Stored:
        for _ in range(_MOST_TRIES):
            version, before = await self._read()
            after = await asyncio.to_thread(step, before, int(self._clock()))  # an RSA key takes its time
            if after is before and not is_forced:
                return after
            with _told():
                if await self._store.replace_keys(self._sealed(after, version + 1)):
                    return after
        raise ConfigurationError("keys.place: others change the keys all the time; try again")

    async def _read(self) -> tuple[int, Stored]:
        with _told():
            found = await self._store.sealed_keys()
        if found is None:
            return 0, ()
        if found.version < self._newest:
            raise ConfigurationError(
                f"keys.place: the storage holds version {found.version} of the keys, which is older than version "
                f"{self._newest}, in use here: where a backup was put in place, restart all nodes"
            )
        keys = unsealed(found, self._encryption_keys)
        self._newest = found.version
        self.made_at = {one.key.kid: one.made_at for one in keys}
        return found.version, keys

    def _sealed(self, keys: Stored, version: int) -> SealedKeys:
        content = json.dumps({"keys": [one.as_jwk() for one in keys]}).encode()
        return SealedKeys(version, encrypt(content, self._encryption_keys[0], cty=_cty(version)))


def unsealed(found: SealedKeys, encryption_keys: Sequence[bytes]) -> Stored:
    """Return the keys that a storage keeps, encrypted under any of `encryption_keys` (32 bytes each).

    Raises:
        ConfigurationError: they cannot be decrypted, or are not what was encrypted for this version.
    """
    for key in encryption_keys:
        try:
            plain = decrypt(found.sealed, key, cty=_cty(found.version))
            return check(tuple(StoredKey.of_jwk(jwk) for jwk in json.loads(plain)["keys"]))
        except InvalidJwt:
            continue
        except (ValueError, TypeError, KeyError, RecursionError):
            break
    raise ConfigurationError(
        f"keys.place: version {found.version} of the keys in the storage cannot be decrypted with "
        "keys.encryption_key: it is another key, or the row was changed by somebody else"
    )


def _cty(version: int) -> str:
    """Bind the text to its place: this stands in the header, which is the cipher's associated data."""
    return f"jwk-set+json; place=storage; version={version}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StorageFailed as exc:
        raise ConfigurationError(f"keys.place: the storage does not give or take the keys: {exc.detail}") from exc


def key_store(storage: object, place: str) -> KeyStore:
    """Return the storage as one that keeps keys. `place` is its URL as it may be told.

    Raises:
        ConfigurationError: it keeps none.
    """
    if not isinstance(storage, KeyStore):
        raise ConfigurationError(
            f"keys.place is storage, and the storage ({place}) keeps no keys: use sqlite:/// or postgresql://, "
            'or keys.place = "file"'
        )
    return storage
