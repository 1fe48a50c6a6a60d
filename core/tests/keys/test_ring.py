"""A running process follows the key file, and nothing that happens to the file stops it from signing."""

import asyncio
from pathlib import Path

import pytest
from core.tests.keys.support import HOUR, Clock, Vault

from accredit.errors import ConfigurationError, LifecycleError, PluginError
from accredit.keys import ExternalKey, KeyFile, KeyRing, SigningKeys
from accredit.keys.jose import SigningKey
from accredit.keys.stored import find, revoke, rotate


class Process:
    """One process with its ring, and what it has logged."""

    def __init__(self, path: Path, *, signers: tuple[ExternalKey, ...] = (), given: SigningKeys | None = None) -> None:
        self.clock = Clock()
        self.file = KeyFile(path, clock=self.clock)
        self.log: list[tuple[str, str]] = []
        self.ring = KeyRing(
            self.file,
            "ES256",
            interval_s=1e-9,
            report=lambda event, detail: self.log.append((event, detail)),
            signers=signers,
            given=given,
        )

    def kids(self) -> list[str]:
        return [key["kid"] for key in self.ring.keys.jwks()["keys"]]

    def rotate(self) -> None:
        self.clock.now += HOUR
        self.file.change(lambda keys, now: rotate(keys, "ES256", now=now))


def content_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
        return
    path.write_bytes(content)
    path.chmod(0o600)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


async def test_before_it_is_loaded_there_are_no_keys(path: Path) -> None:
    with pytest.raises(LifecycleError, match=r"^the keys are not loaded: open the exchange first"):
        _ = Process(path).ring.keys


async def test_a_rotated_file_is_taken_over_and_told_once(path: Path) -> None:
    one = Process(path)
    await one.ring.load()
    before = one.ring.keys
    assert await one.ring.refresh() is False

    one.rotate()
    assert one.ring.keys is before
    assert await one.ring.refresh() is True
    assert one.ring.keys.current.kid in {key.kid for key in before.all[:-1]}
    assert set(one.kids()) > {key.kid for key in before.all}
    assert one.log == [("keys.changed", f"signs with {one.ring.keys.current.kid}")]
    assert await one.ring.refresh() is False
    assert len(one.log) == 1


async def test_a_process_that_has_noticed_and_one_that_has_not_accept_each_others_tokens(path: Path) -> None:
    early, late = Process(path), Process(path)
    await early.ring.load()
    await late.ring.load()
    early.rotate()
    await early.ring.refresh()

    assert early.ring.keys.current.kid != late.ring.keys.current.kid
    for signs, verifies in ((early, late), (late, early)):
        token = signs.ring.keys.current.sign({"a": 1}, typ="JWT")
        keys = verifies.ring.keys
        assert keys.public.verify(token, algorithms=keys.algorithms) == {"a": 1}


async def test_a_revoked_key_is_gone_from_running_processes(path: Path) -> None:
    one = Process(path)
    await one.ring.load()
    first = one.ring.keys.current
    one.rotate()
    one.file.change(lambda keys, now: revoke(keys, first.kid, "ES256", now=now, longest_ttl_s=0))
    assert await one.ring.refresh() is True
    assert first.kid not in one.kids()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"keys": []}', b"not json", b"a.b.c.d.e"])
async def test_a_file_that_was_spoilt_changes_nothing_but_the_log(path: Path, content: bytes) -> None:
    one = Process(path)
    await one.ring.load()
    kids, good = one.kids(), content_of(path)

    put(path, content)
    assert await one.ring.refresh() is False
    assert await one.ring.refresh() is False
    assert [event for event, _ in one.log] == ["keys.unusable"]
    assert one.log[0][1].startswith(f"keys.path: {path} ")
    assert one.kids() == kids
    assert content_of(path) == content

    put(path, good)
    await one.ring.refresh()
    assert one.kids() == kids
    assert len(one.log) == 1


async def test_a_file_that_is_gone_changes_nothing_but_the_log(path: Path) -> None:
    one = Process(path)
    await one.ring.load()
    kids = one.kids()
    put(path, None)
    assert await one.ring.refresh() is False
    assert one.log == [("keys.unusable", f"keys.path: {path} is gone")]
    assert one.kids() == kids


async def test_a_bug_does_not_end_the_watch(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Process(path)
    await one.ring.load()
    monkeypatch.setattr(one.file, "stamp", lambda: 1 / 0)
    assert await one.ring.refresh() is False
    assert one.log[0][1].startswith("ZeroDivisionError in ")


async def test_the_watch_looks_again_and_again_until_it_is_closed(path: Path) -> None:
    one, noticed = Process(path), asyncio.Event()
    ring = KeyRing(one.file, "ES256", interval_s=1e-9, report=lambda *_: noticed.set())
    await ring.load()
    ring.watch()
    ring.watch()
    for _ in range(2):
        one.rotate()
        await asyncio.wait_for(noticed.wait(), 30)
        noticed.clear()
    assert len(ring.keys.all) == 4
    await ring.close()
    await ring.close()
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "accredit-keys"]


async def test_given_keys_are_not_watched(path: Path) -> None:
    given = SigningKeys([SigningKey.generate("ES256")])
    one = Process(path, given=given)
    await one.ring.load()
    one.ring.watch()
    assert one.ring.keys.current is given.current
    assert content_of(path) is None
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "accredit-keys"]


async def test_a_signer_needs_no_file_and_makes_none(path: Path) -> None:
    one = Process(path, signers=(ExternalKey(Vault(), "vault"),))
    await one.ring.load()
    assert one.kids() == ["vault-1"]
    assert one.ring.keys.current.kid == "vault-1"
    assert content_of(path) is None


async def test_the_keys_of_a_file_stay_published_beside_a_signer(path: Path) -> None:
    old = KeyFile(path, clock=Clock()).load("ES256")
    one = Process(path, signers=(ExternalKey(Vault("new"), "vault"), ExternalKey(Vault("old"), "vault")))
    await one.ring.load()
    assert one.kids() == [*(key.kid for key in old.all), "old", "new"]
    token = old.current.sign({"a": 1}, typ="JWT")
    assert one.ring.keys.public.verify(token, algorithms=one.ring.keys.algorithms) == {"a": 1}

    one.file.change(lambda keys, _: tuple(key for key in keys if key is not find(keys, "ES256", "next")))
    assert await one.ring.refresh() is True
    assert one.kids() == [old.current.kid, "old", "new"]


async def test_two_keys_of_one_name_stop_the_start(path: Path) -> None:
    one = Process(path, signers=(ExternalKey(Vault(), "vault"), ExternalKey(Vault(), "vault")))
    with pytest.raises(PluginError, match=r"^two signing keys have the same kid$"):
        await one.ring.load()


async def test_a_file_that_cannot_be_used_stops_the_start(path: Path) -> None:
    put(path, b"{}")
    with pytest.raises(ConfigurationError, match="is not a key file of Accredit"):
        await Process(path).ring.load()
