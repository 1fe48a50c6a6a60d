"""A provider's token that a login brings is kept, sealed, and revoked when its user is gone."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest
from core.tests.acme import ADA, Acme, Brings, Globex
from core.tests.bench import NOW, SETTINGS, Bench, bench, good_request, merged, signing_key

from accredit import AppBound, ConfigurationError, Exchange, OperationalEvent, Settings, Verification, VerifyContext
from accredit import Verifier as PublicVerifier
from accredit.credentials import Credential
from accredit.errors import (
    InvalidProviderToken,
    MissingParameter,
    ProviderTokenRejected,
    ProviderUnavailable,
    StorageFailed,
)
from accredit.exchange import persons, provider_tokens
from accredit.exchange.provider_tokens import ProviderTokens
from accredit.keys import SigningKeys
from accredit.keys.jose import encrypt
from accredit.revocation import RevocableToken
from accredit.storage import AuditQuery, KeptToken, MemoryStorage

SUBJECT = "acme|1000"
KEY, OTHER_KEY = "a" * 42 + "8=", "b" * 42 + "8="
SECRET = "refreshing-secret"
KEEPS: Mapping[str, Any] = {
    "connections": {"acme": {"keep_provider_token": True, "cache_s": 30}},
    "keys": {"encryption_key": KEY},
    "audit": {"table": True},
}


class Revoking(Acme):
    """An Acme whose logins bring a refresh token, and which revokes by one call."""

    revoked: ClassVar[list[RevocableToken]] = []
    error: ClassVar[BaseException | None] = None
    brings: ClassVar[str] = SECRET
    ends_at: ClassVar[int | None] = None

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get(f"{self.settings.api_url}/me", params={"access_token": token.reveal()})
        kept = RevocableToken.of(self.brings, kind="refresh_token", client_id="acme-app", expires_at=self.ends_at)
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA, provider_token=kept)

    async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
        await ctx.http.post(f"{self.settings.api_url}/verify", form={"token": token.reveal()})
        if self.error is not None:
            raise self.error
        self.revoked.append(token)


def revoking(error: BaseException | None = None, **more: Any) -> type[Revoking]:
    class Scripted(Revoking):
        revoked: ClassVar[list[RevocableToken]] = []

    Scripted.error = error
    for name, value in more.items():
        setattr(Scripted, name, value)
    return Scripted


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "COMMIT_S", 0)


@asynccontextmanager
async def logged_in(acme: type[Acme], settings: Mapping[str, Any] = KEEPS) -> AsyncIterator[Bench]:
    async with bench(settings, acme=acme) as wire:
        assert (await wire.post(scope="openid offline_access")).status_code == 200
        yield wire


async def kept(wire: Bench, subject: str = SUBJECT) -> tuple[KeptToken, ...]:
    return await wire.exchange.subjects.kept_tokens(subject)


def told(wire: Bench) -> list[tuple[str, str, str]]:
    events = [one for one in wire.heard if isinstance(one, OperationalEvent)]
    return [(one.name, one.connection, one.reason) for one in events if one.name.startswith("connection.token")]


@pytest.mark.threat(33)
async def test_it_is_kept_sealed_and_stands_nowhere_else() -> None:
    async with logged_in(revoking()) as wire:
        [token] = await kept(wire)
        assert (token.connection, token.namespace, token.user_id, token.kind) == (
            "acme",
            "acme",
            "1000",
            "refresh_token",
        )
        exported = await wire.exchange.subjects.export(SUBJECT)
        await wire.exchange.subjects.erase(SUBJECT)
        rows = await wire.storage.audit.find(AuditQuery())
        everywhere = [repr(token), json.dumps(exported), repr(wire.heard), repr(wire.log.lines), repr(rows)]
        assert SECRET not in "".join(everywhere)
        [shown] = exported["provider_tokens"]
        assert set(shown) == {"connection", "namespace", "user_id", "kind", "kept_at"}


async def test_without_the_setting_it_is_forgotten_and_the_login_is_cached() -> None:
    async with bench({"connections": {"acme": {"cache_s": 30}}}, acme=revoking()) as wire:
        for _ in range(2):
            assert (await wire.post()).status_code == 200
        assert await kept(wire) == ()
        assert [event.verified_by for event in wire.events] == ["provider", "cache"]


@pytest.mark.threat(31)
async def test_what_brings_one_is_in_no_cache_so_that_no_login_loses_it() -> None:
    async with logged_in(revoking()) as wire:
        await wire.exchange.subjects.forget_tokens(SUBJECT)
        assert (await wire.post()).status_code == 200
        assert len(await kept(wire)) == 1
        assert [event.verified_by for event in wire.events] == ["provider", "provider"]


async def test_a_later_login_takes_the_place_of_an_earlier_one() -> None:
    acme = revoking()
    async with logged_in(acme) as wire:
        acme.brings = "another-secret"
        assert (await wire.post()).status_code == 200
        assert len(await kept(wire)) == 1
        await wire.exchange.subjects.erase(SUBJECT)
        assert [one.reveal() for one in acme.revoked] == ["another-secret"]


async def test_a_login_that_is_refused_keeps_nothing() -> None:
    async with bench(KEEPS, acme=revoking()) as wire:
        await wire.exchange.subjects.block(SUBJECT)
        assert (await wire.post()).status_code == 401
        assert await kept(wire) == ()


async def test_a_login_whose_token_cannot_be_kept_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_: KeptToken) -> None:
        raise StorageFailed("full")

    async with bench(KEEPS, acme=revoking()) as wire:
        monkeypatch.setattr(wire.storage, "keep_provider_token", full)
        assert (await wire.post()).status_code == 503
        assert wire.storage.kept == {}


async def test_an_erasure_revokes_at_the_provider_and_forgets() -> None:
    acme = revoking()
    async with logged_in(acme) as wire:
        gone = await wire.exchange.subjects.erase(SUBJECT)
        assert (gone.sessions, gone.unrevoked) == (1, ())
        assert acme.revoked == [RevocableToken.of(SECRET, kind="refresh_token", client_id="acme-app")]
        assert await kept(wire) == ()
        assert told(wire) == [("connection.token_revoked", "acme", "")]


async def test_an_unlinking_revokes_as_well() -> None:
    acme = revoking()
    async with logged_in(acme) as wire:
        await wire.exchange.subjects.unlink("acme", "1000")
        assert len(acme.revoked) == 1
        assert await kept(wire) == ()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ProviderUnavailable("down"), "provider_unavailable"),
        (InvalidProviderToken("no"), "invalid_token"),
        (ProviderTokenRejected("no"), "provider_token_rejected"),
        (RuntimeError(SECRET), "plugin_failed"),
        (MissingParameter("access_token_secret"), "plugin_failed"),
        (asyncio.CancelledError(), "plugin_failed"),
    ],
    ids=["down", "invalid", "rejected", "raises", "blames the client", "cancels itself"],
)
async def test_a_provider_that_cannot_be_told_keeps_up_no_erasure_and_is_told_again(
    error: BaseException, reason: str
) -> None:
    acme = revoking(error)
    async with logged_in(acme) as wire:
        gone = await wire.exchange.subjects.erase(SUBJECT)
        assert (gone.sessions, gone.unrevoked) == (1, ("acme",))
        [(name, connection, why)] = told(wire)
        assert (name, connection) == ("connection.token_unrevoked", "acme")
        assert why == reason
        assert SECRET not in repr(wire.heard)
        [token] = await kept(wire)
        assert await wire.exchange.subjects.is_known(SUBJECT)
        acme.error = None
        assert (await wire.exchange.subjects.erase(SUBJECT)).unrevoked == ()
        assert len(acme.revoked) == 1
        assert await kept(wire) == ()
        assert token.subject == SUBJECT


async def test_a_provider_that_does_not_answer_is_waited_for_so_long_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(provider_tokens, "REVOKE_S", 0.0)

    class Hanging(Revoking):
        async def revoke(self, token: RevocableToken, ctx: VerifyContext) -> None:
            await asyncio.Event().wait()

    async with logged_in(Hanging) as wire:
        assert (await wire.exchange.subjects.erase(SUBJECT)).unrevoked == ("acme",)
        assert told(wire) == [("connection.token_unrevoked", "acme", "provider_unavailable")]


@pytest.mark.parametrize(("ends_in_s", "is_told"), [(0, False), (-1, False), (1, True)], ids=["now", "ended", "lives"])
async def test_a_token_that_has_ended_is_shown_to_nobody_and_taken_for_no_revocation(
    ends_in_s: int, is_told: bool
) -> None:
    acme = revoking(ends_at=int(NOW) + ends_in_s)
    async with logged_in(acme) as wire:
        assert (await wire.exchange.subjects.erase(SUBJECT)).unrevoked == ()
        assert len(acme.revoked) == is_told
        name = "connection.token_revoked" if is_told else "connection.token_ended"
        assert told(wire) == [(name, "acme", "")]
        assert await kept(wire) == ()


async def test_a_token_that_was_kept_before_tokens_had_an_end_has_none() -> None:
    acme = revoking()
    async with logged_in(acme) as wire:
        [token] = await kept(wire)
        content = json.dumps({"value": SECRET, "kind": "refresh_token", "client_id": "acme-app"})
        key = wire.exchange.engine.settings.keys.encryption_keys[0]
        older = encrypt(content.encode(), key, cty=f"provider-token+json; row={token.id}")
        await wire.storage.keep_provider_token(token._replace(sealed=older))
        await wire.exchange.subjects.erase(SUBJECT)
        assert [one.expires_at for one in acme.revoked] == [None]


async def test_what_can_never_be_revoked_can_be_forgotten() -> None:
    async with logged_in(revoking(ProviderUnavailable("gone"))) as wire:
        await wire.exchange.subjects.erase(SUBJECT)
        assert await wire.exchange.subjects.forget_tokens(SUBJECT) == 1
        assert await wire.exchange.subjects.forget_tokens(SUBJECT) == 0
        assert await kept(wire) == ()


async def test_a_login_that_was_under_way_is_revoked_and_a_later_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = revoking()
    async with logged_in(acme) as wire:
        [early] = await kept(wire)

        async def meanwhile(_: float) -> None:
            under_way = early._replace(id="f" * 64, sealed=early.sealed)
            await wire.storage.keep_provider_token(under_way)
            assert (await wire.post()).status_code == 200

        monkeypatch.setattr(wire.exchange.subjects, "_pause", meanwhile)
        gone = await wire.exchange.subjects.erase(SUBJECT)
        # Sealed for another row, it cannot be read: it was looked at, which is what this is about.
        assert gone.unrevoked == ("acme",)
        assert {one.subject_version for one in await kept(wire)} == {0, 1}
        assert len(acme.revoked) == 1


@pytest.mark.threat(33)
async def test_a_text_of_another_row_or_another_key_is_never_sent_anywhere() -> None:
    acme = revoking()
    async with logged_in(acme) as wire:
        [token] = await kept(wire)
        await wire.exchange.subjects.forget_tokens(SUBJECT)
        for spoilt in (token._replace(id="0" * 64), token._replace(sealed=token.sealed[:-4] + "AAAA")):
            await wire.storage.keep_provider_token(spoilt)
        before = len(wire.provider.requests)
        assert (await wire.exchange.subjects.erase(SUBJECT)).unrevoked == ("acme",)
        assert (acme.revoked, len(wire.provider.requests)) == ([], before)


async def test_an_older_key_opens_and_all_can_be_sealed_anew() -> None:
    storage = MemoryStorage()
    async with bench(KEEPS, acme=revoking(), storage=storage) as wire:
        assert (await wire.post()).status_code == 200
    [before] = await storage.provider_tokens(SUBJECT)
    both = {**KEEPS, "keys": {"encryption_key": f"{OTHER_KEY},{KEY}"}}
    async with bench(both, acme=revoking(), storage=storage) as wire:
        tokens = wire.exchange.engine.provider_tokens
        assert isinstance(tokens, ProviderTokens)
        assert await tokens.encrypt() == 1
    [after] = await storage.provider_tokens(SUBJECT)
    assert before._replace(sealed=after.sealed) == after != before
    acme = revoking()
    async with bench({**KEEPS, "keys": {"encryption_key": OTHER_KEY}}, acme=acme, storage=storage) as wire:
        assert (await wire.exchange.subjects.erase(SUBJECT)).unrevoked == ()
        assert len(acme.revoked) == 1


async def test_a_token_of_a_connection_that_is_gone_stays_and_says_so() -> None:
    storage = MemoryStorage()
    async with bench(KEEPS, acme=revoking(), storage=storage) as wire:
        assert (await wire.post()).status_code == 200
    async with bench(KEEPS, acme=revoking(), storage=storage) as wire:
        [token] = await storage.provider_tokens(SUBJECT)
        await storage.forget_provider_token(token)
        await storage.keep_provider_token(token._replace(connection="old"))
        assert (await wire.exchange.subjects.erase(SUBJECT)).unrevoked == ("old",)
        assert told(wire) == [("connection.token_unrevoked", "old", "internal")]


class KeepsNone:
    """A storage without the port."""

    def __init__(self, storage: MemoryStorage) -> None:
        for name in ("open", "close", "start", "session", "get", "look_up"):
            setattr(self, name, getattr(storage, name))


def exchange(acme: type[Acme], storage: Any = None, **settings: Any) -> Exchange:
    tables = Settings.model_validate(merged(SETTINGS, settings))
    keys = SigningKeys([signing_key()])
    return Exchange(tables, plugins=[Brings(acme, Globex)], storage=storage or MemoryStorage(), keys=keys)


@pytest.mark.parametrize(
    ("acme", "storage", "settings", "sentence"),
    [
        (Acme, None, KEEPS, r"connection 'acme': keep_provider_token: .* has no revoke"),
        (Revoking, None, {**KEEPS, "keys": {}}, "keep_provider_token needs keys.encryption_key: set ACCREDIT_KEYS"),
        (
            Revoking,
            KeepsNone(MemoryStorage()),
            {**KEEPS, "audit": {}},
            "the storage .* keeps no providers' tokens",
        ),
    ],
    ids=["no revoke", "no key", "no port"],
)
def test_what_can_never_work_does_not_start(
    acme: type[Acme], storage: Any, settings: Mapping[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        exchange(acme, storage, **settings)
    exchange(Revoking, None, **KEEPS)


def test_a_verifier_keeps_nothing_and_says_so() -> None:
    tables: dict[str, Any] = {"acme": {"app_ids": ["acme-app"]}}
    PublicVerifier(connections=tables, plugins=[Brings(Revoking)])
    tables["acme"]["keep_provider_token"] = True
    with pytest.raises(ConfigurationError, match="a Verifier keeps nothing"):
        PublicVerifier(connections=tables, plugins=[Brings(Revoking)])


async def test_a_strategy_without_revoke_revokes_nothing() -> None:
    async with bench() as wire:
        connection = wire.exchange.engine.connections["acme"]
        with pytest.raises(NotImplementedError):
            await connection.strategy.revoke(
                RevocableToken.of("a", kind="access_token"), wire.exchange.engine.context(connection)
            )


async def test_without_the_port_nothing_is_kept_shown_or_forgotten() -> None:
    async with bench(acme=revoking()) as wire:
        subjects = wire.exchange.subjects
        subjects._tokens = None
        await wire.exchange(good_request())
        assert (await subjects.kept_tokens(SUBJECT), await subjects.forget_tokens(SUBJECT)) == ((), 0)
        await subjects.unlink("acme", "1000")
        assert (await subjects.erase(SUBJECT)).unrevoked == ()
