"""What a provider has said is said again, for a while, and to nobody whom it was not said of."""

import asyncio
from collections.abc import Mapping
from dataclasses import fields
from types import SimpleNamespace
from typing import Any, ClassVar, get_args

import pytest
from core.tests.acme import ADA, Acme, acme_that
from core.tests.bench import NOW, Bench, bench
from hypothesis import given
from hypothesis import strategies as st

from accredit import AppBound, Profile, Verification, VerifyContext
from accredit import errors as e
from accredit.cache import MemoryCache
from accredit.credentials import AccessToken, Credential, IdToken, ProviderToken
from accredit.exchange.cache_keys import CacheKeys
from accredit.strategy import Trait

_PART = st.text("a:=1", min_size=1, max_size=4)
TOKEN = ProviderToken.of("good-token")
CACHED: Mapping[str, Any] = {
    "connections": {name: {"cache_s": 30} for name in ("acme", "acme-game", "globex")},
    "clients": {"app": {"connections": ["acme", "globex", "acme-game"]}},
}


def ending(expires_at: int) -> type[Acme]:
    async def verify(_: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get("https://api.acme.example/me", params={"access_token": "good-token"})
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA, expires_at=expires_at)

    return acme_that(verify)


def asked(wire: Bench) -> int:
    return len(wire.provider.requests)


@pytest.mark.threat(31)
async def test_the_same_token_again_asks_nobody_while_it_is_kept() -> None:
    async with bench(CACHED) as wire:
        for _ in range(2):
            assert (await wire.post()).status_code == 200
            wire.clock.advance(29)
        assert asked(wire) == 1
        wire.clock.advance(2)
        assert (await wire.post()).status_code == 200
        assert asked(wire) == 2
        assert [event.verified_by for event in wire.events] == ["provider", "cache", "provider"]
        assert [len(event.calls) for event in wire.events] == [1, 0, 1]


async def test_it_is_kept_for_30_seconds_unless_the_operator_says_otherwise() -> None:
    assert Acme.settings_type.model_fields["cache_s"].default == 30


async def test_with_0_the_provider_is_asked_each_time() -> None:
    async with bench({"connections": {"acme": {"cache_s": 0}}}) as wire:
        answers = await asyncio.gather(wire.post(), wire.post())
        assert [answer.status_code for answer in answers] == [200, 200]
        assert asked(wire) == 2


@pytest.mark.threat(31)
@pytest.mark.parametrize("left_s", [1, 10])
async def test_it_is_not_kept_beyond_the_tokens_end(left_s: int) -> None:
    async with bench(CACHED, acme=ending(NOW + left_s)) as wire:
        assert (await wire.post()).status_code == 200
        wire.clock.advance(left_s - 0.5)
        assert (await wire.post()).status_code == 200
        assert asked(wire) == 1
        wire.clock.advance(0.5)
        assert (await wire.post()).status_code == 401
        assert asked(wire) == 2


async def test_an_end_that_no_number_of_seconds_reaches_is_none() -> None:
    async with bench(CACHED, acme=ending(10**400)) as wire:
        wire.clock.advance(0.5)  # as a real clock, which counts in floats
        for _ in range(2):
            assert (await wire.post()).status_code == 200
        assert asked(wire) == 1


async def test_a_clock_that_is_put_forward_ends_it_too() -> None:
    async with bench(CACHED, acme=ending(NOW + 10)) as wire:
        await wire.post()
        wire.clock.now += 10
        assert (await wire.post()).status_code == 401
        assert asked(wire) == 2


@pytest.mark.threat(31)
@pytest.mark.parametrize(
    "other",
    [
        {"access_token": "good-token "},
        {"access_token": "Good-token"},
        {"access_token": "good-toke"},
        {"nonce": "n"},
        {"access_token_secret": "s"},
        {"connection": "acme-game", "client_id": "other"},
    ],
    ids=str,
)
async def test_it_is_said_of_that_token_alone(other: Mapping[str, str]) -> None:
    async with bench(CACHED) as wire:
        await wire.post()
        await wire.post(**other)
        assert asked(wire) == 2


@pytest.mark.threat(31)
async def test_parts_cannot_be_shifted_from_one_to_the_next() -> None:
    async with bench(CACHED) as wire:
        for token, secret in (("ab", "c"), ("a", "bc"), ("abc", ""), ("ab", "c=")):
            await wire.post(connection="globex", access_token=token, access_token_secret=secret)
        assert asked(wire) == len({request.content for request in wire.provider.requests})


@pytest.mark.threat(31)
def test_all_parts_of_a_token_are_in_the_key_and_there_are_no_others() -> None:
    assert [one.name for one in fields(ProviderToken)] == ["value", "secret", "nonce", "extras"]
    for kind in get_args(Credential):
        more = {one.name for one in fields(kind)} - {"value", "secret", "nonce", "extras"}
        assert more <= {"id_token", "code_verifier", "redirect_uri"}  # of a code nothing is kept


@pytest.mark.threat(31)
@given(*[st.tuples(_PART, st.none() | _PART, st.none() | _PART)] * 2, *[st.tuples(_PART, _PART)] * 2)
def test_two_keys_are_the_same_only_where_everything_is(
    one: tuple[str, str | None, str | None],
    other: tuple[str, str | None, str | None],
    here: tuple[str, str],
    there: tuple[str, str],
) -> None:
    def key(token: tuple[str, str | None, str | None], issuer: str, connection: str) -> bytes:
        acme: Any = SimpleNamespace(strategy=Acme, settings=None, source="")
        keys = CacheKeys({connection: acme}, issuer=issuer, secret=b"s" * 32)
        return keys.of(connection, ProviderToken.of(token[0], secret=token[1], nonce=token[2]))

    assert (key(one, *here) == key(other, *there)) == ((one, here) == (other, there))


@pytest.mark.threat(31)
def test_keys_tell_kinds_and_what_comes_beside_apart() -> None:
    acme: Any = SimpleNamespace(strategy=Acme, settings=None, source="")
    keys = CacheKeys({"acme": acme}, issuer="i", secret=b"s" * 32)
    handed: list[ProviderToken | Credential] = [
        ProviderToken.of("t"),
        AccessToken.of("t"),
        IdToken.of("t"),
        AccessToken.of("t", id_token="x"),
        ProviderToken.of("t", extras={"a": "x"}),
        ProviderToken.of("t", extras={"a": "x", "b": "y"}),
        ProviderToken.of("t", extras={"ab": "xy"}),
        ProviderToken.of("t", secret="x"),
    ]
    assert len({keys.of("acme", one) for one in handed}) == len(handed)
    both = ({"a": "x", "b": "y"}, {"b": "y", "a": "x"})
    assert len({keys.of("acme", ProviderToken.of("t", extras=one)) for one in both}) == 1


@pytest.mark.threat(31)
@pytest.mark.threat(33)
async def test_what_is_kept_and_its_key_hold_no_token_and_no_secret() -> None:
    seen = Seen(max_bytes=1_000_000)
    async with bench(CACHED, cache=seen) as wire:
        await wire.post(connection="globex", access_token="good-token", access_token_secret="a-secret", nonce="a-nonce")
    [(key, verification)] = seen.puts
    assert len(key) == 32
    assert not any(part in f"{key!r} {verification}" for part in ("good-token", "a-secret", "a-nonce"))


@pytest.mark.threat(31)
async def test_exchanges_that_share_a_cache_share_what_is_of_one_issuer_alone() -> None:
    cache = MemoryCache(max_bytes=1_000_000)
    for issuer, calls in (("https://a.example/", 1), ("https://b.example/", 1), ("https://a.example/", 0)):
        async with bench({**CACHED, "issuer": issuer}, cache=cache) as wire:
            assert (await wire.post()).status_code == 200
            assert asked(wire) == calls


@pytest.mark.threat(31)
async def test_another_client_gets_by_it_what_it_would_get_without() -> None:
    async with bench(CACHED) as wire:
        assert (await wire.post()).status_code == 200
        for client_id, status in (("other", 400), ("no-exchange", 403), ("strict", 401), ("nobody", 403)):
            assert (await wire.post(client_id=client_id)).status_code == status
        assert asked(wire) == 1


async def test_the_profile_is_made_and_the_user_is_resolved_each_time() -> None:
    normalized: list[Verification] = []

    class Counts(Acme):
        def normalize(self, verification: Verification) -> Profile:
            normalized.append(verification)
            return super().normalize(verification)

    async with bench(CACHED, acme=Counts) as wire:
        answers = [(await wire.post(scope="openid profile email")).status_code for _ in range(2)]
        assert (answers, asked(wire)) == ([200, 200], 1)
        names = [[check.name for check in event.checks] for event in wire.events]
    assert len(normalized) == 2
    assert names[0] == names[1]


@pytest.mark.threat(31)
@pytest.mark.parametrize("trait", ["single_use", "makes_no_call"])
async def test_nothing_is_kept_of_what_is_good_once_or_costs_no_call(trait: Trait) -> None:
    class Different(Acme):
        traits: ClassVar[frozenset[Trait]] = frozenset({trait})

    async with bench(CACHED, acme=Different) as wire:
        answers = [*await asyncio.gather(wire.post(), wire.post()), await wire.post()]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert asked(wire) == 3


async def test_what_a_provider_says_is_as_old_as_the_question() -> None:
    class Late(Acme):
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            verification = await super().verify(token, ctx)
            wire.clock.advance(20)
            return verification

    async with bench(CACHED, acme=Late) as wire:
        await wire.post()
        wire.clock.advance(9)
        await wire.post()
        assert asked(wire) == 1
        wire.clock.advance(1)
        await wire.post()
        assert asked(wire) == 2


async def test_audience_and_hint_are_looked_at_each_time() -> None:
    async with bench(CACHED) as wire:
        assert (await wire.post(user_id="1000")).status_code == 200
        assert (await wire.post(user_id="1001")).status_code == 401
        for _ in range(2):
            assert (await wire.post(access_token="foreign-token")).status_code == 401
        assert [event.reason for event in wire.events[1:]] == ["wrong_audience"] * 3
        assert asked(wire) == 2


async def test_refusals_and_failures_are_not_kept() -> None:
    async with bench(CACHED) as wire:
        for _ in range(2):
            assert (await wire.post(access_token="bad-token")).status_code == 401
        wire.provider.error = OSError()
        assert (await wire.post()).status_code == 503
        wire.provider.error = None
        assert (await wire.post()).status_code == 200
        assert asked(wire) == 4


@pytest.mark.threat(31)
async def test_it_can_be_forgotten() -> None:
    async with bench(CACHED) as wire:
        await wire.post()
        await wire.exchange.forget("acme", TOKEN)
        await wire.exchange.forget("acme", ProviderToken.of("never-seen"))
        wire.provider.people.clear()
        assert (await wire.post()).status_code == 401


class Bans(Acme):
    """Of a provider that bans who repeats refused tokens."""

    refusals_cached_s: ClassVar[float] = 60


async def test_refusals_are_kept_where_the_provider_bans_those_who_repeat_them() -> None:
    async with bench(CACHED, acme=Bans) as wire:
        refusals = [await wire.post(access_token="bad-token") for _ in range(3)]
        assert [(answer.status_code, answer.content) for answer in refusals] == [(401, refusals[0].content)] * 3
        assert asked(wire) == 1
        assert [event.verified_by for event in wire.events] == ["provider", "cache", "cache"]
        assert {(event.reason, event.detail) for event in wire.events} == {("invalid_token", "status 401")}
        assert (await wire.post(access_token="worse-token")).status_code == 401
        assert (await wire.post()).status_code == 200
        assert asked(wire) == 3
        wire.clock.advance(60)
        await wire.post(access_token="bad-token")
        assert asked(wire) == 4


async def test_a_refusal_can_be_forgotten_and_with_0_none_is_kept() -> None:
    async with bench(CACHED, acme=Bans) as wire:
        await wire.post(access_token="bad-token")
        await wire.exchange.forget("acme", ProviderToken.of("bad-token"))
        await wire.post(access_token="bad-token")
        assert asked(wire) == 2
    async with bench({"connections": {"acme": {"cache_s": 0}}}, acme=Bans) as wire:
        for _ in range(2):
            await wire.post(access_token="bad-token")
        assert asked(wire) == 2


@pytest.mark.parametrize("error", [e.ProviderUnavailable(), e.ProviderMisconfigured(), e.ProviderProtocolError()])
async def test_outages_and_our_own_failures_are_never_kept(error: e.ExchangeError) -> None:
    class Fails(Bans):
        async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
            await super().verify(token, ctx)
            raise error

    async with bench(CACHED, acme=Fails) as wire:
        for _ in range(2):
            assert (await wire.post()).status_code == error.status
        assert asked(wire) == 2


class Seen(MemoryCache):
    """Remembers what is put into it."""

    def __init__(self, *, max_bytes: int) -> None:
        super().__init__(max_bytes=max_bytes)
        self.puts: list[tuple[bytes, Verification]] = []

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        self.puts.append((key, verification))
        await super().put(key, verification, ttl_s=ttl_s, size_bytes=size_bytes)


async def test_nobody_forgets_a_token_of_a_connection_that_is_not_there() -> None:
    async with bench(CACHED) as wire:
        with pytest.raises(e.ConnectionNotFound):
            await wire.exchange.forget("nowhere", TOKEN)
        with pytest.raises(e.InvalidParameter):
            await wire.exchange.forget("acme", "good-token")  # type: ignore[arg-type]  # what a host may do


class Broken(MemoryCache):
    async def get(self, key: bytes) -> Verification | None:
        raise OSError("secret")

    async def put(self, key: bytes, verification: Verification, *, ttl_s: float, size_bytes: int) -> None:
        raise OSError("secret")

    async def forget(self, key: bytes) -> None:
        raise OSError("secret")


async def test_a_cache_that_fails_is_told_and_keeps_nobody_out() -> None:
    async with bench(CACHED, cache=Broken(max_bytes=1)) as wire:
        for _ in range(2):
            assert (await wire.post()).status_code == 200
        assert asked(wire) == 2
        with pytest.raises(e.StorageFailed) as failure:
            await wire.exchange.forget("acme", TOKEN)
        assert "secret" not in str(failure.value)
        told = [line for level, line in wire.log.events() if line["event"] == "cache.failed"]
        assert len(told) == 1
        assert "secret" not in str(told)
        wire.clock.advance(60)
        assert (await wire.post()).status_code == 200
        assert len([line for _, line in wire.log.events() if line["event"] == "cache.failed"]) == 2
