"""A node that has the public halves of our keys alone: it verifies, follows, and issues nothing."""

import json
import os
from pathlib import Path

import httpx
import pytest
from core.tests.keys.support import Plugged, Vault

from accredit import Exchange, Settings
from accredit.errors import ConfigurationError, SignsElsewhere
from accredit.keys import KeyRing, PublishedKeys, SigningKeys
from accredit.keys.jose import SigningKey
from accredit.keys.published import PublishedKey
from accredit.storage import MemoryStorage

URL = "https://login.example.com/.well-known/jwks.json"


class Region:
    """Where keys are published, unless it is away."""

    def __init__(self) -> None:
        self.keys = [SigningKey.generate("ES256"), SigningKey.generate("ES256")]
        self.is_away = False
        self.status = 200

    def content(self) -> bytes:
        return json.dumps(SigningKeys(self.keys).jwks()).encode()

    async def fetch(self) -> bytes:
        if self.is_away:
            raise ConnectionError("nobody")
        return self.content()

    def answer(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == URL
        if self.is_away:
            raise httpx.ConnectError("nobody")
        return httpx.Response(self.status, content=self.content())


def ring_of(place: PublishedKeys, alg: str = "ES256") -> tuple[KeyRing, list[tuple[str, str]]]:
    log: list[tuple[str, str]] = []
    return KeyRing(place, alg, interval_s=1, report=lambda event, detail: log.append((event, detail))), log


@pytest.fixture
def region() -> Region:
    return Region()


async def test_it_follows_what_is_published_and_verifies_with_it(region: Region, tmp_path: Path) -> None:
    ring, log = ring_of(PublishedKeys(URL, fetch=region.fetch, copy=tmp_path / "copy"))
    await ring.load()
    assert ring.keys.jwks() == SigningKeys(region.keys).jwks()
    assert ring.made_at is None
    token = region.keys[-1].sign({"a": 1}, typ="JWT")
    assert ring.keys.public.verify(token, algorithms=ring.keys.algorithms) == {"a": 1}

    region.keys.append(SigningKey.generate("ES256"))
    assert await ring.refresh() is True
    assert ring.keys.current.kid == region.keys[-1].kid
    region.is_away = True
    for _ in range(2):
        assert await ring.refresh() is False
    assert log[1:] == [("keys.unusable", f"keys.published: cannot get {URL}: ConnectionError")]


async def test_it_starts_with_the_last_good_copy_while_the_others_are_away(region: Region, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    ring, _ = ring_of(PublishedKeys(URL, fetch=region.fetch, copy=copy))
    await ring.load()
    region.is_away = True
    again, _ = ring_of(PublishedKeys(URL, fetch=region.fetch, copy=copy))
    await again.load()
    assert again.keys.jwks() == ring.keys.jwks()
    copy.unlink()
    last, _ = ring_of(PublishedKeys(URL, fetch=region.fetch, copy=copy))
    with pytest.raises(ConfigurationError, match=r"^keys\.published: cannot get https://.*: ConnectionError$"):
        await last.load()


async def test_a_copy_that_cannot_be_written_keeps_nobody_from_starting(region: Region, tmp_path: Path) -> None:
    ring, _ = ring_of(PublishedKeys(URL, fetch=region.fetch, copy=tmp_path / "no" / "copy"))
    await ring.load()
    assert len(ring.keys.all) == 2


async def test_a_file_is_followed_as_well(region: Region, tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(region.content())
    ring, log = ring_of(PublishedKeys(str(path)))
    await ring.load()
    region.keys.append(SigningKey.generate("ES256"))
    path.write_bytes(region.content())
    assert await ring.refresh() is True
    path.unlink()
    assert await ring.refresh() is False
    assert log[-1] == ("keys.unusable", f"keys.published: cannot get {path}: No such file or directory")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"keys": [1]}', b'{"keys": []}', b'{"keys": [{"kty": "RSA"}]}'])
async def test_what_is_no_key_set_stops_the_start(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"^keys\.published: .* (is not the key set that|holds no key)"):
        await ring_of(PublishedKeys(str(path)))[0].load()


async def test_a_private_key_is_not_taken_for_a_public_one(region: Region, tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [key.private_jwk() for key in region.keys]}))
    with pytest.raises(ConfigurationError, match="is not the key set that an Accredit publishes"):
        await ring_of(PublishedKeys(str(path)))[0].load()


async def test_another_algorithm_stops_the_start(region: Region, tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_bytes(region.content())
    with pytest.raises(ConfigurationError, match=r"do not sign with RS256: set tokens\.signing_alg as it is there"):
        await ring_of(PublishedKeys(str(path)), "RS256")[0].load()


def test_a_published_key_signs_nothing(region: Region) -> None:
    key = PublishedKey(region.keys[0].public_jwk())
    with pytest.raises(SignsElsewhere):
        key.sign({}, typ="JWT")
    with pytest.raises(SignsElsewhere):
        key.at_hash("token")


def settings() -> Settings:
    return Settings.model_validate(
        {
            "issuer": "https://login.example.com/",
            "tokens": {"signing_alg": "ES256"},
            "keys": {"place": "published", "published": URL},
        }
    )


async def test_an_exchange_gets_them_over_the_network(
    region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    transport = httpx.MockTransport(region.answer)
    async with Exchange(settings(), storage=MemoryStorage(), transport=transport) as exchange:
        assert not exchange.engine.can_sign
        assert exchange.engine.keys.jwks() == SigningKeys(region.keys).jwks()
        region.status = 500
        assert await exchange.engine._key_ring.refresh() is False
    assert os.listdir(tmp_path) == ["accredit-keys.json.published"]


async def test_with_a_signer_beside_them_it_signs(
    region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    transport, plugins = httpx.MockTransport(region.answer), [Plugged(Vault())]
    async with Exchange(settings(), storage=MemoryStorage(), transport=transport, plugins=plugins) as exchange:
        assert exchange.engine.can_sign
        assert exchange.engine.keys.current.kid == "vault-1"
