"""Signing keys are kept, and replaced by one alone: optional, `accredit.storage.KeyStore`."""

import asyncio

from accredit.storage import KeyStore, SealedKeys, Storage
from accredit.testing.storage_conformance.samples import Clock
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, not_applicable, opened, required

_LONG = 100_000
"""Characters of a text: about forty RSA keys."""
_AT_ONCE = 10


class SigningKeys(StorageSuite):
    """One text for all nodes, which only they can read. Each version replaces the one before it."""

    @check
    async def test_signing_keys_come_back_as_they_were_kept(self, storage: Storage) -> None:
        """And none where none were."""
        keys = _keys_of(storage)
        equal((await keys.keys_version(), await keys.sealed_keys()), (0, None))
        for kept in (SealedKeys(1, "a.b-_.c"), SealedKeys(2, "x" * _LONG), SealedKeys(3, "short again")):
            equal(await keys.replace_keys(kept), wanted=True)
            equal((await keys.keys_version(), await keys.sealed_keys()), (kept.version, kept))

    @check
    async def test_signing_keys_replace_the_version_before_theirs_and_no_other(self, storage: Storage) -> None:
        """Of nothing: version 1. Whoever knows another version is told so, and nothing has changed."""
        keys = _keys_of(storage)
        for there in range(3):
            kept = await keys.sealed_keys()
            for version in {1, 2, 3, 4, 5} - {there + 1}:
                equal(await keys.replace_keys(SealedKeys(version, "another's")), wanted=False)
                equal((await keys.keys_version(), await keys.sealed_keys()), (there, kept))
            equal(await keys.replace_keys(SealedKeys(there + 1, f"of {there + 1}")), wanted=True)

    @check
    async def test_of_many_that_replace_signing_keys_at_once_one_does(self, storage: Storage, clock: Clock) -> None:
        """Through two handles: all are told the truth, and both see at once what is there."""
        async with opened(required(self.another(clock), "another")) as other:
            stores = [_keys_of(one) for one in (storage, other)]
            for version in (1, 2, 3):
                tried = [SealedKeys(version, f"by {number}") for number in range(_AT_ONCE)]
                calls = [stores[number % 2].replace_keys(one) for number, one in enumerate(tried)]
                told = await asyncio.gather(*calls)
                winners = [one for one, is_kept in zip(tried, told, strict=True) if is_kept]
                equal(len(winners), 1)
                for store in stores:
                    equal((await store.keys_version(), await store.sealed_keys()), (version, winners[0]))

    @check
    async def test_signing_keys_that_were_acknowledged_survive_a_crash(self, storage: Storage, clock: Clock) -> None:
        """Tokens are signed with them at once: without their key nobody could verify them."""
        for kept in (SealedKeys(1, "first"), SealedKeys(2, "second")):
            equal(await _keys_of(storage).replace_keys(kept), wanted=True)
            async with opened(required(self.crashed(clock), "crashed")) as left:
                equal(await _keys_of(left).sealed_keys(), kept)


def _keys_of(storage: Storage) -> KeyStore:
    if not isinstance(storage, KeyStore):
        not_applicable("it keeps no signing keys: it is no accredit.storage.KeyStore")
    return storage
