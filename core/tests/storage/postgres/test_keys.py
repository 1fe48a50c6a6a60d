"""Signing keys in PostgreSQL: made once by nodes that start together, replaced by one of those that try at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from core.tests.postgres import PostgresDatabase

from accredit.keys import KeyRing, KeysInStorage
from accredit.storage import KeyStore, SealedKeys
from accredit.storage.postgres import PostgresStorage

NODES = 3


@pytest.fixture
async def stores(postgres_database: PostgresDatabase) -> AsyncIterator[list[PostgresStorage]]:
    made = [PostgresStorage(postgres_database.url(), max_connections=3) for _ in range(NODES)]
    async with AsyncExitStack() as stack:
        for store in made:
            await store.open()
            stack.push_async_callback(store.close)
        yield made


async def test_nodes_that_start_together_sign_with_the_same_key(stores: list[PostgresStorage]) -> None:
    rings = [
        KeyRing(KeysInStorage(store, encryption_keys=[b"1" * 32]), "ES256", interval_s=1.0, report=lambda *_: None)
        for store in stores
    ]
    await asyncio.gather(*(ring.load() for ring in rings))
    assert len({ring.keys.current.kid for ring in rings}) == 1
    assert {await store.keys_version() for store in stores} == {1}


async def test_of_those_that_replace_the_same_version_one_does(stores: list[PostgresStorage]) -> None:
    first, *_ = stores
    assert isinstance(first, KeyStore)
    assert await first.keys_version() == 0
    assert await first.sealed_keys() is None
    for version in (1, 2):
        tried = [SealedKeys(version, f"by {number}") for number in range(NODES)]
        done = await asyncio.gather(*(store.replace_keys(keys) for store, keys in zip(stores, tried, strict=True)))
        assert sorted(done) == [False, False, True]
        assert {await store.keys_version() for store in stores} == {version}
        assert {await store.sealed_keys() for store in stores} == {tried[done.index(True)]}
    assert await first.replace_keys(SealedKeys(4, "too far ahead")) is False
