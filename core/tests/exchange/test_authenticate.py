"""Who calls an API in the same process: `exchange.authenticate`."""

import pytest
from core.tests.bench import ISSUER, NOW, Bench, bench, good_request
from core.tests.oauth.support import SECRET, ask, basic, token_bench

from accredit import Exchange, Settings, hookimpl
from accredit.errors import BlockedToken, EndedToken, InsufficientScope, InvalidToken, LifecycleError
from accredit.keys import SigningKeys
from accredit.keys.jose import SigningKey

API = "https://api.example.com"


async def token_of(wire: Bench, *scopes: str, audience: str | None = API) -> str:
    tokens = await wire.exchange(good_request(scopes=("openid", *scopes), audience=audience))
    wire.events.clear()
    return tokens.access_token.get_secret_value()


async def test_a_live_access_token_says_who_calls(wire: Bench) -> None:
    token = await token_of(wire, "read:orders")
    caller = await wire.exchange.authenticate(token, audience=API, scope="read:orders openid")
    assert (caller.subject, caller.client_id, caller.audience) == ("acme|1000", "app", API)
    assert caller.scopes == ("openid", "read:orders")
    assert caller.is_of_a_user
    assert wire.events == []


async def test_without_an_audience_the_token_must_be_for_us(wire: Bench) -> None:
    ours = await token_of(wire, audience=None)
    assert (await wire.exchange.authenticate(ours)).audience == ISSUER
    with pytest.raises(InvalidToken):
        await wire.exchange.authenticate(await token_of(wire))


async def test_an_empty_audience_is_not_ours(wire: Bench) -> None:
    ours = await token_of(wire, audience=None)
    with pytest.raises(InvalidToken):
        await wire.exchange.authenticate(ours, audience="")


async def test_a_token_for_another_api_is_refused(wire: Bench) -> None:
    with pytest.raises(InvalidToken) as refused:
        await wire.exchange.authenticate(await token_of(wire), audience="https://api.example.com/")
    assert (refused.value.status, refused.value.challenge) == (401, 'Bearer error="invalid_token"')


async def test_every_scope_that_is_asked_for_is_needed(wire: Bench) -> None:
    token = await token_of(wire, "read:orders")
    with pytest.raises(InsufficientScope) as refused:
        await wire.exchange.authenticate(token, audience=API, scope="read:orders write:orders")
    assert (refused.value.status, refused.value.description) == (403, "the token lacks the scope write:orders")


@pytest.mark.parametrize("token", ["", "a.b.c", "x" * 70_000, None, 7, b"bytes"])
async def test_what_is_no_token_of_ours_is_refused(wire: Bench, token: str) -> None:
    with pytest.raises(InvalidToken):
        await wire.exchange.authenticate(token)


async def test_an_id_token_is_no_access_token(wire: Bench) -> None:
    tokens = await wire.exchange(good_request(scopes=("openid",)))
    assert tokens.id_token is not None
    with pytest.raises(InvalidToken):
        await wire.exchange.authenticate(tokens.id_token.get_secret_value(), audience="app")


async def test_it_ends_with_the_second_of_its_exp(wire: Bench) -> None:
    token = await token_of(wire)
    wire.clock.now = NOW + 86_399
    await wire.exchange.authenticate(token, audience=API)
    wire.clock.now = NOW + 86_400
    with pytest.raises(InvalidToken):
        await wire.exchange.authenticate(token, audience=API)


async def test_it_ends_with_its_session_and_with_its_user(wire: Bench) -> None:
    token = await token_of(wire)
    session = (await wire.exchange.authenticate(token, audience=API)).session_id
    assert session is not None
    await wire.exchange.subjects.end_session(session)
    with pytest.raises(EndedToken):
        await wire.exchange.authenticate(token, audience=API)
    second = await token_of(wire)
    await wire.exchange.subjects.block("acme|1000")
    with pytest.raises((BlockedToken, EndedToken)):
        await wire.exchange.authenticate(second, audience=API)


async def test_it_ends_with_its_key_however_often_it_was_good(wire: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    token, ring = await token_of(wire), wire.exchange.engine._key_ring
    for _ in range(3):
        await wire.exchange.authenticate(token, audience=API)
    monkeypatch.setattr(ring, "_keys", SigningKeys([SigningKey.generate("ES256")]))
    with pytest.raises(InvalidToken):
        await wire.exchange.authenticate(token, audience=API)


class Gone:
    @hookimpl
    async def subject_active(self, subject: str, client_id: str) -> bool:
        return self.is_here

    is_here = True


async def test_a_plugin_may_say_that_the_user_has_gone() -> None:
    users = Gone()
    async with bench(plugins=[users]) as wire:
        token = await token_of(wire)
        users.is_here = False
        with pytest.raises(BlockedToken):
            await wire.exchange.authenticate(token, audience=API)


async def test_a_clients_own_token_is_told_from_a_users() -> None:
    async with token_bench() as wire:
        answer = await ask(wire, basic("svc", SECRET), grant_type="client_credentials", audience=API)
        caller = await wire.exchange.authenticate(answer.json()["access_token"], audience=API, scope="read:orders")
        assert (caller.subject, caller.is_of_a_user) == ("svc@clients", False)


async def test_an_exchange_that_is_not_open_says_so() -> None:
    exchange = Exchange(Settings(issuer=ISSUER, storage={"url": "memory://"}))
    with pytest.raises(LifecycleError):
        await exchange.authenticate("a.b.c")
