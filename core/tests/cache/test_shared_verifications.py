"""What one node has heard from a provider, another one need not ask: of the same token, for the same connection."""

import asyncio
import base64
from typing import Any

import pytest
from core.tests.acme import ADA, Acme, acme_that
from core.tests.bench import NOW, bench
from core.tests.cache.nodes import ANY_TOKEN, KEY, OTHER_KEY, asked, node, told
from core.tests.valkey import Elsewhere, Valkey

from accredit import AppBound, ConfigurationError, ProviderToken, Verification, VerifyContext
from accredit.cache import MemoryCache
from accredit.credentials import Credential

pytestmark = pytest.mark.slow
Server = Valkey | Elsewhere
TOKEN = ProviderToken.of("good-token")


def ending(expires_at: int) -> type[Acme]:
    async def verify(_: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get("https://api.acme.example/me", params={"access_token": "good-token"})
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA, expires_at=expires_at)

    return acme_that(verify)


def everything(server: Server) -> dict[bytes, Any]:
    """Return all that is on the server."""
    read = {b"string": lambda key: server.execute("GET", key)}
    return {key: read[server.execute("TYPE", key)](key) for key in server.execute("KEYS", "*")}


def values(server: Server) -> list[bytes]:
    return [key for key in server.execute("KEYS", "accredit:v:*") if key.endswith(b"}")]


@pytest.mark.threat(31)
async def test_another_node_asks_nobody(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey) as other:
        mine, its = await one.post(), await other.post()
        assert (mine.status_code, its.status_code) == (200, 200)
        assert (asked(one), asked(other)) == (1, 0)
        assert [event.verified_by for event in other.events] == ["cache"]
        assert one.exchange.engine.degraded == ()


@pytest.mark.threat(31)
@pytest.mark.threat(33)
async def test_nothing_on_the_server_is_a_token_a_secret_or_a_profile(valkey: Server) -> None:
    async with node(valkey, {"limits": {"client": "100/minute"}}) as one:
        answer = await one.post(scope="openid profile email offline_access", device="a-phone")
        await one.post(connection="globex", access_token_secret="a-secret", nonce="a-nonce")
        await one.post(access_token="wrong-token")
        ours = answer.json()
    found = everything(valkey)
    assert len(values(valkey)) == 2
    assert any(key.startswith(b"accredit:{limits}:") for key in found)
    written = b"\n".join(part for key, value in found.items() for part in (key, value)).lower()
    secrets = ["good-token", "wrong-token", "a-secret", "a-nonce", "acme", "globex", "1000", "a-phone", "app", KEY]
    secrets += [value for value in ADA.values() if isinstance(value, str)]
    secrets += [ours["access_token"], ours["id_token"], ours["refresh_token"], "127.0.0.1"]
    for secret in secrets:
        if len(secret) > 7:  # what is shorter may stand in random bytes
            for form in (secret.encode(), base64.b64encode(secret.encode())[:-4], secret.encode().hex().encode()):
                assert form.lower() not in written, secret


@pytest.mark.threat(31)
@pytest.mark.parametrize("how", ["changed", "short", "empty", "version", "forged", "swapped", "not a text"], ids=str)
async def test_what_somebody_else_has_written_logs_nobody_in(valkey: Server, how: str) -> None:
    async with node(valkey, acme=ANY_TOKEN) as one:
        await one.post()
        [key] = values(valkey)
        value = valkey.execute("GET", key)
        await one.post(access_token="another-token")
        [other] = [name for name in values(valkey) if name != key]
        forged = {
            "changed": value[:-1] + bytes([value[-1] ^ 1]),
            "short": value[:20],
            "empty": b"",
            "version": b"\x02" + value[1:],
            "forged": b'{"user_id":"1000"}',
            "swapped": valkey.execute("GET", other),
        }
        if how == "not a text":
            valkey.execute("DEL", key)
            valkey.execute("LPUSH", key, "a")
        else:
            valkey.execute("SET", key, forged[how], "KEEPTTL")
        one.forget()
        one.provider.requests.clear()
        for _ in range(2):
            assert (await one.post()).status_code == 200
            valkey.execute("SET", key, forged.get(how, b"a"), "PX", 60_000)
        assert [event.verified_by for event in one.events] == ["provider", "provider"]
        assert told(one) == ["cache.value_rejected"]
        assert one.exchange.engine.degraded == ()
        [alert] = [event for event in one.heard if event.name == "cache.value_rejected"]
        assert alert.alert


@pytest.mark.threat(31)
async def test_what_was_kept_once_cannot_be_put_back_after_its_time(valkey: Server) -> None:
    async with node(valkey) as one:
        await one.post()
        [key] = values(valkey)
        valkey.execute("PERSIST", key)
        one.clock.advance(31)
        await one.post()
        assert asked(one) == 2
        assert told(one) == []


@pytest.mark.threat(31)
@pytest.mark.parametrize(("left_s", "most_ms"), [(10, 10_000), (1000, 30_000)])
async def test_it_is_kept_no_longer_than_the_token_lives(valkey: Server, left_s: int, most_ms: int) -> None:
    async with node(valkey, acme=ending(NOW + left_s)) as one:
        await one.post()
        [key] = values(valkey)
        assert most_ms - 5_000 < valkey.execute("PTTL", key) <= most_ms
        one.clock.now += left_s  # set forward by somebody
        assert (await one.post()).status_code == 401


@pytest.mark.threat(31)
@pytest.mark.parametrize(
    "settings",
    [
        {"issuer": "https://other.example.com/"},
        {"connections": {"acme": {"app_ids": ["acme-app", "another-app"]}}},
        {"connections": {"acme": {"trust_email": True}}},
    ],
    ids=str,
)
async def test_a_node_with_other_settings_does_not_get_it(valkey: Server, settings: dict[str, Any]) -> None:
    async with node(valkey) as one, node(valkey, settings) as other:
        await one.post()
        await other.post()
        assert (asked(one), asked(other)) == (1, 1)


@pytest.mark.threat(1)
@pytest.mark.threat(31)
async def test_a_node_of_another_app_refuses_the_token(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey, {"connections": {"acme": {"app_ids": ["other-app"]}}}) as other:
        assert (await one.post()).status_code == 200
        assert (await other.post()).status_code == 401
        assert asked(other) == 1


@pytest.mark.threat(31)
async def test_a_node_with_another_key_does_not_get_it(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey, encryption_key=OTHER_KEY) as other:
        await one.post()
        await other.post()
        assert (asked(one), asked(other)) == (1, 1)
        assert told(other) == []


@pytest.mark.threat(31)
async def test_while_keys_are_rotated_what_the_old_one_has_sealed_is_good(valkey: Server) -> None:
    rotating = f"{OTHER_KEY},{KEY}"
    async with node(valkey) as old, node(valkey, encryption_key=rotating, acme=ANY_TOKEN) as both:
        await old.post()
        await both.post()
        assert (asked(old), asked(both)) == (1, 0)
        await both.post(access_token="second-token")
        async with node(valkey, encryption_key=OTHER_KEY, acme=ANY_TOKEN) as new:
            await new.post(access_token="second-token")
            assert asked(new) == 0
        await both.exchange.forget("acme", TOKEN)
        await old.post()
        assert asked(old) == 2


@pytest.mark.threat(31)
@pytest.mark.parametrize(
    ("first", "second"), [(f"{KEY},{OTHER_KEY}", f"{OTHER_KEY},{KEY}"), (KEY, f"{KEY},{OTHER_KEY}")]
)
async def test_while_keys_are_rotated_in_three_rounds_every_node_hears_what_any_of_them_forgets(
    valkey: Server, first: str, second: str
) -> None:
    async with node(valkey, encryption_key=first) as one, node(valkey, encryption_key=second) as other:
        for asking, forgetting in ((one, other), (other, one)):
            await asking.post()
            before = asked(asking)
            await forgetting.exchange.forget("acme", TOKEN)
            await asking.post()
            assert asked(asking) == before + 1


async def test_forgotten_on_one_node_is_forgotten_on_all(valkey: Server) -> None:
    async with node(valkey) as one, node(valkey) as other:
        await one.post()
        await other.exchange.forget("acme", TOKEN)
        await one.post()
        assert asked(one) == 2


async def test_what_was_asked_before_it_was_forgotten_elsewhere_is_not_kept(valkey: Server) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def verify(_: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get("https://api.acme.example/me", params={"access_token": "good-token"})
        begun.set()
        await go_on.wait()
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)

    async with node(valkey, acme=acme_that(verify)) as one, node(valkey) as other:
        asking = asyncio.create_task(one.post())
        await begun.wait()
        await other.exchange.forget("acme", TOKEN)
        go_on.set()
        assert (await asking).status_code == 200
        assert values(valkey) == []


@pytest.mark.parametrize(
    "claims",
    [{"a": ("b",)}, {"a": {1: "b"}}, {"a": object()}, {"a": float("nan")}, {"a": "x" * 70_000}],
    ids=["tuple", "number as a name", "object", "nan", "large"],
)
async def test_what_is_no_json_or_very_large_is_not_shared(valkey: Server, claims: dict[str, Any]) -> None:
    async def verify(_: Credential, ctx: VerifyContext) -> Verification:
        await ctx.http.get("https://api.acme.example/me", params={"access_token": "good-token"})
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims={**ADA, **claims})

    async with node(valkey, acme=acme_that(verify)) as one:
        for _ in range(2):
            assert (await one.post()).status_code == 200
        assert asked(one) == 2
        assert told(one) == []


async def test_who_shares_nothing_imports_nothing_of_it() -> None:
    async with bench() as one:
        assert one.exchange.engine.degraded == ()


def test_a_key_that_is_too_short_for_a_secret_stops_the_start() -> None:
    class Weak(MemoryCache):
        @property
        def hmac_key(self) -> bytes:
            return b"short"

    with pytest.raises(ConfigurationError, match="the hmac_key of a Weak must have 32 bytes"):
        asyncio.run(_open(Weak(max_bytes=1)))


async def _open(cache: MemoryCache) -> None:
    async with bench(cache=cache):
        raise AssertionError
