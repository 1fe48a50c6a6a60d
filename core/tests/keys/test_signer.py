"""Keys that live elsewhere: plugged in by a hook, and trusted as far as their signatures go."""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.bench import bench
from core.tests.keys.support import Plugged, Vault
from core.tests.oauth.access_token.verifier import verified

from accredit import Exchange, Settings, hookimpl
from accredit.errors import PluginError, PluginFailed
from accredit.keys import ExternalKey, sign
from accredit.keys.jose import SigningKey

SETTINGS = Settings.model_validate({"issuer": "https://login.example.com/", "storage": {"url": "memory://"}})


async def test_a_plugged_in_signer_signs_every_token_and_is_published() -> None:
    vault = Vault()
    async with bench(plugins=[Plugged(vault)]) as wire:
        body = (await wire.post(scope="openid")).json()

        assert vault.signed == ["probe+jwt", "at+jwt", "JWT"]
        assert (await verified(wire, body["access_token"], audience="https://login.example.com/"))["sub"] == "acme|1000"
        assert (await verified(wire, body["id_token"], audience="app"))["sub"] == "acme|1000"
        published = (await wire.client.get("/.well-known/jwks.json")).json()["keys"]
        assert published[-1]["kid"] == "vault-1"
        assert set(published[-1]) == {"kty", "crv", "x", "y", "use", "alg", "kid"}


async def test_a_signer_that_waits_keeps_nobody_else_waiting() -> None:
    loop_thread, threads = threading.get_ident(), set()
    together = threading.Barrier(3, timeout=30)

    class Slow(Vault):
        def sign(self, claims: Mapping[str, Any], typ: str) -> str:
            if typ != "probe+jwt":
                threads.add(threading.get_ident())
                together.wait()
            return super().sign(claims, typ)

    async with bench(plugins=[Plugged(Slow())]) as wire:
        answers = await asyncio.gather(*(wire.post() for _ in range(3)))

        assert [one.status_code for one in answers] == [200, 200, 200]
        assert len(threads) == 3
        assert loop_thread not in threads


async def test_of_several_the_first_signs_and_the_others_are_published() -> None:
    nobody = Plugged(None)
    async with bench(plugins=[nobody, Plugged(Vault("new")), Plugged(Vault("old"))]) as wire:
        assert wire.exchange.engine.keys.current.kid == "new"
        kids = [key["kid"] for key in (await wire.client.get("/.well-known/jwks.json")).json()["keys"]]
        assert kids[-2:] == ["old", "new"]


class Raising(Vault):
    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        if typ == "probe+jwt":
            return super().sign(claims, typ)
        raise RuntimeError(f"MARKED {claims['sub']}")


class Exiting(Vault):
    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        if typ == "probe+jwt":
            return super().sign(claims, typ)
        raise SystemExit(f"MARKED {claims['sub']}")


class Altering(Vault):
    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        return super().sign({**claims, "admin": True} if typ == "at+jwt" else claims, typ)


class Renaming(Vault):
    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        return super().sign(claims, "JWT" if typ == "at+jwt" else typ)


class Garbage(Vault):
    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        return "a.b.c" if typ == "at+jwt" else super().sign(claims, typ)


class Nothing(Vault):
    def sign(self, claims: Mapping[str, Any], typ: str) -> Any:
        return None if typ == "at+jwt" else super().sign(claims, typ)


class Foreign(Vault):
    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        other = Vault()
        return super().sign(claims, typ) if typ == "probe+jwt" else other.sign(claims, typ)


@pytest.mark.parametrize("kind", [Raising, Exiting, Altering, Renaming, Garbage, Nothing, Foreign])
async def test_a_signer_that_fails_is_our_fault_and_issues_nothing(kind: type[Vault]) -> None:
    async with bench(plugins=[Plugged(kind())]) as wire:
        response = await wire.post(scope="openid offline_access")

        assert response.status_code == 500
        assert response.json()["error"] == "server_error"
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)


async def test_a_signer_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    class Hanging(Vault):
        def sign(self, claims: Mapping[str, Any], typ: str) -> str:
            release.wait(30)
            return super().sign(claims, typ)

    monkeypatch.setattr("accredit.keys.signer._TIMEOUT_S", 0.0)
    key = ExternalKey(Hanging(), "vault")
    try:
        with pytest.raises(PluginFailed, match=r"^vault: sign took more than 0 s$"):
            await sign(key, {}, typ="JWT")
    finally:
        release.set()
        key.close()


async def test_our_own_key_signs_at_once() -> None:
    key = SigningKey.generate("EdDSA")
    assert await sign(key, {"a": 1}, typ="JWT") == key.sign({"a": 1}, typ="JWT")


def private_half() -> Mapping[str, Any]:
    return SigningKey.generate("ES256").private_jwk()


class Without:
    alg = "ES256"
    kid = "1"


@pytest.mark.parametrize("bad", [Without(), 5, "key", SigningKey])
def test_what_is_no_signer_stops_the_start(bad: object) -> None:
    with pytest.raises(PluginError, match=r"hook signer returned \w+, which is no Signer|public key cannot be used"):
        Exchange(SETTINGS, plugins=[Plugged(bad)])


@pytest.mark.parametrize(
    "changes",
    [
        {"public_jwk": private_half},
        {"public_jwk": dict},
        {"public_jwk": lambda: None},
        {"public_jwk": lambda: {"kty": "oct", "k": "AAECAwQFBgcICQoLDA0ODw"}},
        {"public_jwk": lambda: 1 / 0},
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "RS512"},
    ],
)
def test_a_public_half_that_cannot_be_published_stops_the_start(changes: dict[str, Any]) -> None:
    vault = Vault()
    for name, value in changes.items():
        setattr(vault, name, value)
    with pytest.raises(PluginError, match="the signer's public key cannot be used"):
        Exchange(SETTINGS, plugins=[Plugged(vault)])


async def test_a_signer_that_cannot_sign_stops_the_start() -> None:
    class Locked(Vault):
        def sign(self, claims: Mapping[str, Any], typ: str) -> str:
            raise PermissionError

    exchange = Exchange(SETTINGS, plugins=[Plugged(Locked())])
    with pytest.raises(PluginError, match=r"^the signer cannot be used: .*PermissionError in "):
        await exchange.open()


async def test_a_key_of_another_kind_than_its_algorithm_stops_the_start() -> None:
    class Odd(Vault):
        alg = "EdDSA"

    with pytest.raises(PluginError):
        await Exchange(SETTINGS, plugins=[Plugged(Odd())]).open()


def test_a_hook_that_raises_stops_the_start() -> None:
    class Raises:
        @hookimpl
        def signer(self) -> None:
            raise RuntimeError("no network")

    with pytest.raises(PluginError, match=r"hook signer failed: RuntimeError in .*: no network"):
        Exchange(SETTINGS, plugins=[Raises()])


def test_the_hook_is_no_coroutine() -> None:
    class Async:
        @hookimpl
        async def signer(self) -> None: ...

    with pytest.raises(PluginError, match="hook signer must be a plain function"):
        Exchange(SETTINGS, plugins=[Async()])


async def test_an_exchange_with_a_signer_opens_again() -> None:
    exchange = Exchange(SETTINGS, plugins=[Plugged(Vault())])
    for _ in range(2):
        async with exchange:
            assert (await sign(exchange.engine.keys.current, {"a": 1}, typ="JWT")).count(".") == 2
