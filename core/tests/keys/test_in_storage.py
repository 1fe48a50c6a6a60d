"""Keys of many nodes in one database: made once, rotated by one, noticed by all, and readable by nobody else."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest
from core.tests.keys.support import HOUR, Clock, Plugged, Vault, states

from accredit import Exchange, Settings
from accredit.errors import ConfigurationError, StorageFailed
from accredit.keys import KeyFile, KeyRing, KeysInStorage
from accredit.keys.jose import encrypt
from accredit.keys.stored import PUBLISHED_AHEAD_S, Stored, complete, find, replaced_by, revoke, rotate
from accredit.storage import KeyStore, MemoryStorage, SealedKeys, SqliteStorage

ONE, TWO = b"1" * 32, b"2" * 32
KEY_1 = "MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE="


class Node:
    """One node with its own handle on the database, and what it has logged."""

    def __init__(self, path: Path, *encryption_keys: bytes, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.storage = SqliteStorage(str(path))
        self.keys = KeysInStorage(self.storage, encryption_keys=encryption_keys or (ONE,), clock=self.clock)
        self.log: list[tuple[str, str]] = []
        self.ring = KeyRing(
            self.keys, "ES256", interval_s=1e-9, report=lambda event, detail: self.log.append((event, detail))
        )

    def signs(self) -> str:
        return self.ring.keys.current.kid


@asynccontextmanager
async def nodes(path: Path, count: int, *encryption_keys: bytes) -> AsyncIterator[list[Node]]:
    clock = Clock()
    made = [Node(path, *encryption_keys, clock=clock) for _ in range(count)]
    async with AsyncExitStack() as stack:
        for node in made:
            await node.storage.open()
            stack.push_async_callback(node.storage.close)
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accredit.db"


def change_row(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def row(path: Path) -> SealedKeys:
    with closing(sqlite3.connect(path)) as connection:
        return SealedKeys(*connection.execute("SELECT version, sealed FROM signing_keys").fetchone())


async def test_many_nodes_that_start_together_sign_with_the_same_key(path: Path) -> None:
    async with nodes(path, 5) as running:
        await asyncio.gather(*(node.ring.load() for node in running))
        assert len({node.signs() for node in running}) == 1
        assert {json.dumps(node.ring.keys.jwks()) for node in running} == {json.dumps(running[0].ring.keys.jwks())}
    assert row(path).version == 1


async def test_a_rotation_is_one_nodes_and_all_the_others_follow(path: Path) -> None:
    async with nodes(path, 3) as running:
        for node in running:
            await node.ring.load()
        first = running[0].signs()
        running[0].clock.now += HOUR
        await running[0].keys.change(lambda keys, now: rotate(keys, "ES256", now=now))

        assert [await node.ring.refresh() for node in running] == [True] * 3
        assert [await node.ring.refresh() for node in running] == [False] * 3
        assert len({node.signs() for node in running}) == 1
        assert first != running[1].signs()
        assert running[1].log == [("keys.changed", f"signs with {running[1].signs()}")]
        assert running[1].ring.made_at is not None


async def test_of_two_rotations_at_once_the_second_sees_the_first_and_is_refused(path: Path) -> None:
    async with nodes(path, 2) as (one, other):
        await one.ring.load()
        one.clock.now += HOUR
        told = await asyncio.gather(
            *(node.keys.change(lambda keys, now: rotate(keys, "ES256", now=now)) for node in (one, other)),
            return_exceptions=True,
        )
        refused = [one for one in told if isinstance(one, ConfigurationError)]
        assert len(refused) == 1
        assert str(refused[0]).startswith(f"the next key was published less than {PUBLISHED_AHEAD_S} s ago")
        assert sorted(states(await one.keys.read()).values()) == ["current", "next", "previous"]


async def test_a_key_is_published_everywhere_before_it_signs_where_nodes_look_late(path: Path) -> None:
    late_s = 900.0
    async with nodes(path, 1) as (node,):
        await node.ring.load()
        for after_s, refused in ((PUBLISHED_AHEAD_S, True), (PUBLISHED_AHEAD_S / 2 + late_s, False)):
            node.clock.now = Clock().now + after_s
            change = node.keys.change(lambda keys, now: rotate(keys, "ES256", now=now, late_s=late_s))
            if refused:
                with pytest.raises(ConfigurationError, match=r"^the next key was published less than 1200 s ago"):
                    await change
            else:
                assert "previous" in states(await change).values()


async def test_a_revoked_key_is_gone_from_every_node(path: Path) -> None:
    async with nodes(path, 2) as (one, other):
        for node in (one, other):
            await node.ring.load()
        first = one.signs()
        one.clock.now += HOUR
        await one.keys.change(lambda keys, now: rotate(keys, "ES256", now=now))
        await one.keys.change(lambda keys, now: revoke(keys, first, "ES256", now=now, longest_ttl_s=0))
        assert await other.ring.refresh() is True
        assert first not in {key.kid for key in other.ring.keys.all}


async def test_nothing_private_stands_in_the_database_in_clear(path: Path) -> None:
    async with nodes(path, 1) as (node,):
        await node.ring.load()
        stored = await node.keys.read()
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for one in stored:
        assert str(one.key.private_jwk()["d"]).encode() not in content
        assert one.key.kid.encode() not in content


async def test_the_first_key_encrypts_and_each_decrypts(path: Path) -> None:
    async with nodes(path, 1) as (old,), nodes(path, 1, TWO, ONE) as (both,), nodes(path, 1, TWO) as (new,):
        await old.ring.load()
        with pytest.raises(ConfigurationError, match=r"cannot be decrypted with keys\.encryption_key"):
            await new.ring.load()
        await both.ring.load()
        await both.keys.encrypt()
        await new.ring.load()
        assert new.ring.keys.jwks() == old.ring.keys.jwks()

        assert await old.ring.refresh() is False
        assert await old.ring.refresh() is False
        assert [event for event, _ in old.log] == ["keys.unusable"]
        assert old.signs() == new.signs()


async def _spoilt(path: Path, node: Node, statement: str, *values: object) -> str:
    before = node.ring.keys
    change_row(path, statement, *values)
    assert await node.ring.refresh() is False
    assert node.ring.keys is before
    return node.log[-1][1]


async def test_a_row_that_somebody_has_changed_is_refused_and_the_nodes_go_on(path: Path) -> None:
    undecipherable = r"keys.place: version {} of the keys in the storage cannot be decrypted with keys.encryption_key"
    async with nodes(path, 1) as (node,):
        await node.ring.load()
        _, sealed = row(path)
        texts = {
            2: sealed,  # the text of another version
            3: sealed[:-8],
            4: encrypt(b'{"keys": []}', ONE, cty="jwk-set+json"),  # a key file's
            5: encrypt(b"no keys", ONE, cty="jwk-set+json; place=storage; version=5"),
            6: "",
            7: '{"keys": []}',
        }
        for version, text in texts.items():
            told = await _spoilt(path, node, "UPDATE signing_keys SET version = ?, sealed = ?", version, text)
            assert told.startswith(undecipherable.format(version))
            assert sealed not in told
        told = await _spoilt(path, node, "DELETE FROM signing_keys")
        assert told.startswith("keys.place: the keys are gone from the storage")


async def test_an_older_version_is_not_taken_over_by_a_node_that_knows_a_newer_one(path: Path) -> None:
    async with nodes(path, 2) as (one, other):
        await one.ring.load()
        before = row(path)
        one.clock.now += HOUR
        await one.keys.change(lambda keys, now: rotate(keys, "ES256", now=now))
        assert await one.ring.refresh() is True
        told = await _spoilt(path, one, "UPDATE signing_keys SET version = ?, sealed = ?", *before)
        assert told.startswith("keys.place: the storage holds version 1 of the keys, which is older than version 2")
        await other.ring.load()  # where a backup was put in place, a start takes what is there


async def test_a_database_that_is_away_changes_nothing_but_the_log_and_is_told_once(path: Path) -> None:
    async with nodes(path, 1) as (node,):
        await node.ring.load()
        signs = node.signs()
        await node.storage.close()
        for _ in range(3):
            assert await node.ring.refresh() is False
        assert node.log == [
            ("keys.unusable", "keys.place: the storage does not give or take the keys: the store is closed")
        ]
        assert node.signs() == signs
        await node.storage.open()
        node.clock.now += HOUR
        await node.keys.change(lambda keys, now: rotate(keys, "ES256", now=now))
        assert await node.ring.refresh() is True


async def test_keys_that_could_not_be_read_are_read_at_the_next_look(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> SealedKeys:
        raise StorageFailed("away")

    async with nodes(path, 2) as (one, other):
        for node in (one, other):
            await node.ring.load()
        other.clock.now += HOUR
        await other.keys.change(lambda keys, now: rotate(keys, "ES256", now=now))
        with monkeypatch.context() as patched:
            patched.setattr(one.storage, "sealed_keys", away)
            assert [await one.ring.refresh() for _ in range(2)] == [False, False]
        told = [("keys.unusable", "keys.place: the storage does not give or take the keys: away")]
        assert one.log == told
        assert [await node.ring.refresh() for node in (one, other)] == [True, True]
        assert one.signs() == other.signs()


async def test_a_database_that_is_away_once_more_is_told_once_more(path: Path) -> None:
    async with nodes(path, 1) as (node,):
        await node.ring.load()
        for times in (1, 2):
            await node.storage.close()
            await node.ring.refresh()
            await node.storage.open()
            await node.ring.refresh()
            assert [event for event, _ in node.log] == ["keys.unusable"] * times


class Stubborn:
    """A store in which somebody else is always faster."""

    def __init__(self) -> None:
        self.tries = 0

    async def keys_version(self) -> int:
        return 0

    async def sealed_keys(self) -> SealedKeys | None:
        return None

    async def replace_keys(self, replacement: SealedKeys) -> bool:
        self.tries += 1
        return False


async def test_a_change_is_given_up_where_others_are_always_faster() -> None:
    store = Stubborn()
    with pytest.raises(ConfigurationError, match=r"^keys\.place: others change the keys all the time; try again$"):
        await KeysInStorage(store, encryption_keys=[ONE]).make("ES256")
    assert store.tries == 20


class ReadOnly(Stubborn):
    """A replica: it gives what it has."""

    def __init__(self, kept: SealedKeys) -> None:
        self.kept = kept

    async def keys_version(self) -> int:
        return self.kept.version

    async def sealed_keys(self) -> SealedKeys | None:
        return self.kept

    async def replace_keys(self, replacement: SealedKeys) -> bool:
        raise StorageFailed("read-only")


async def test_keys_that_cannot_be_completed_are_used_as_they_are(path: Path) -> None:
    async with nodes(path, 1) as (node,):
        await node.ring.load()
        stored = await node.keys.change(lambda keys, _: tuple(one for one in keys if one.state == "current"))
    replica = KeysInStorage(ReadOnly(row(path)), encryption_keys=[ONE])
    await replica.make("ES256")
    assert states(await replica.read()) == states(stored)
    with pytest.raises(ConfigurationError, match="the storage does not give or take the keys: read-only"):
        await replica.make("EdDSA")


async def test_a_change_to_another_algorithm_is_noticed_only_where_a_key_for_ours_stays(path: Path) -> None:
    async with nodes(path, 1) as (node,):
        await node.ring.load()
        await node.keys.change(lambda _, now: complete((), "EdDSA", now=now))
        assert await node.ring.refresh() is False
        assert node.log == [("keys.unusable", "keys.place: the storage has no key for ES256")]


def settings(path: Path, **keys: object) -> Settings:
    return Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "storage": {"url": f"sqlite:///{path}"},
            "tokens": {"signing_alg": "ES256"},
            "keys": {"place": "storage", "encryption_key": KEY_1, "path": str(path.parent / "keys.json"), **keys},
        }
    )


async def test_an_exchange_keeps_its_keys_in_its_storage_and_makes_no_file(path: Path) -> None:
    async with Exchange(settings(path)) as one, Exchange(settings(path)) as other:
        assert one.engine.keys.jwks() == other.engine.keys.jwks()
        assert one.engine.can_sign
    assert not (path.parent / "keys.json").exists()
    async with Exchange(settings(path)) as later:
        assert later.engine.keys.jwks() == one.engine._key_ring.keys.jwks()


async def test_keys_in_the_storage_stay_published_beside_a_signer(path: Path) -> None:
    async with Exchange(settings(path)) as before:
        old = before.engine.keys
    async with Exchange(settings(path), plugins=[Plugged(Vault())]) as exchange:
        kids = [key["kid"] for key in exchange.engine.keys.jwks()["keys"]]
        assert kids == [*(key.kid for key in old.all), "vault-1"]


def test_a_storage_that_keeps_no_keys_is_refused(path: Path) -> None:
    told = r"^keys\.place is storage, and the storage \(sqlite:///.*\) keeps no keys: use sqlite:/// or postgresql://"
    assert not isinstance(MemoryStorage(), KeyStore)
    with pytest.raises(ConfigurationError, match=told):
        Exchange(settings(path), storage=MemoryStorage())


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (
            {"encryption_key": None},
            "set ACCREDIT_KEYS__ENCRYPTION_KEY, the same on each node; `openssl rand",
        ),
        ({"place": "published"}, 'place = "published" and keys.published belong together'),
        ({"published": "keys.json"}, 'place = "published" and keys.published belong together'),
        ({"place": "published", "published": "http://login.example.com/"}, "must start with https://"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(keys: dict[str, object], told: str, path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings(path, **keys)
    assert told in str(refused.value)
    assert KEY_1 not in str(refused.value)


def test_keys_are_copied_only_where_none_is_lost(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json", clock=Clock())
    file.load("ES256")
    stored: Stored = file.read()
    assert replaced_by((), stored) is stored
    assert replaced_by(stored[:1], stored) is stored
    again = file.read()
    assert replaced_by(stored, again) is stored
    current = find(stored, "ES256", "current")
    assert current is not None
    with pytest.raises(ConfigurationError, match=f"there is another key, {current.key.kid}, and what it signed"):
        replaced_by(stored, stored[1:])
