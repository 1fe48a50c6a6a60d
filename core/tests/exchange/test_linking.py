"""`main_access_token`: a signed-in user adds another way to log in. Nobody is linked for any other reason."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from core.tests.acme import ADA
from core.tests.bench import NOW, Bench, assert_refused, bench, good_request
from pydantic import SecretStr

from accredit import hookimpl
from accredit.credentials import ProviderToken
from accredit.errors import IdentityTaken
from accredit.storage import SqliteStorage

GLOBEX = {"connection": "globex", "access_token_secret": "s"}
INVALID = (401, "invalid_token", "main_access_token must be a live access token of a user, issued to this client")
TAKEN = (401, "unauthorized", "this identity belongs to another user")
BLOCKED = (401, "unauthorized", "user is blocked")
PERSON = {"id": "5", "app": "acme-app"}


async def main_token(wire: Bench, **parameters: Any) -> str:
    """Log Ada in, and return her access token."""
    token: str = (await wire.post(**parameters)).json()["access_token"]
    wire.forget()
    wire.provider.requests.clear()
    return token


async def subject_of(wire: Bench, **parameters: Any) -> str | None:
    response = await wire.post(**parameters)
    assert response.status_code == 200, response.json()
    return wire.events[-1].subject


async def test_the_identity_becomes_another_one_of_the_signed_in_user(wire: Bench) -> None:
    token = await main_token(wire)

    assert await subject_of(wire, **GLOBEX, main_access_token=token) == "acme|1000"
    assert await subject_of(wire, **GLOBEX) == "acme|1000"
    assert await subject_of(wire) == "acme|1000"
    assert await wire.exchange.subjects.identities("acme|1000") == (("globex", "77"),)


async def test_without_the_main_token_it_is_a_user_of_its_own(wire: Bench) -> None:
    assert await subject_of(wire, **GLOBEX) == "globex|77"


async def test_linking_is_told_to_observers_and_in_a_line_of_its_own(wire: Bench) -> None:
    token = await main_token(wire)
    await wire.post(**GLOBEX, main_access_token=token)

    assert (wire.event.outcome, wire.linked[-1]) == ("accepted", True)
    [(_, exchange), (level, linked)] = wire.log.events()
    assert (exchange["event"], exchange["linked"]) == ("exchange.accepted", True)
    assert linked.pop("timestamp").endswith("Z")
    assert level == "info"
    assert linked == {
        "event": "subject.linked",
        "level": "info",
        "subject": "acme|1000",
        "client_id": "app",
        "connection": "globex",
        "namespace": "globex",
        "user_id": "77",
    }
    assert token not in repr(wire.events) + repr(wire.log.lines)


async def test_linking_again_changes_nothing_and_is_no_event(wire: Bench) -> None:
    token = await main_token(wire)
    await wire.post(**GLOBEX, main_access_token=token)
    await wire.post(**GLOBEX, main_access_token=token)

    assert wire.linked == [True, False]
    assert len(wire.log.lines) == 3
    assert await wire.exchange.subjects.identities("acme|1000") == (("globex", "77"),)


async def test_an_identity_of_another_user_stays_that_users(wire: Bench) -> None:
    wire.provider.people["grace"] = {**ADA, **PERSON}
    ada, grace = await main_token(wire), await main_token(wire, access_token="grace")
    await wire.post(**GLOBEX, main_access_token=ada)
    refused = await wire.post(**GLOBEX, main_access_token=grace, scope="offline_access")

    assert_refused(refused, *TAKEN)
    assert (wire.events[-1].reason, wire.linked[-1]) == ("identity_taken", False)
    assert await subject_of(wire, **GLOBEX) == "acme|1000"
    assert await wire.exchange.subjects.identities("acme|5") == ()
    assert await wire.exchange.subjects.sessions("acme|5") != ()
    assert {session.user_id for session in await wire.exchange.subjects.sessions("acme|5")} == {"5"}


async def refused_before_the_provider(wire: Bench, token: str, **parameters: Any) -> httpx.Response:
    response = await wire.post(**{**GLOBEX, **parameters}, main_access_token=token)
    assert wire.provider.requests == []
    assert await wire.storage.subject_of("globex", "77") is None
    return response


async def test_an_expired_token_links_nobody(wire: Bench) -> None:
    token = await main_token(wire)
    wire.clock.now = NOW + 86_399
    assert await subject_of(wire, **GLOBEX, main_access_token=token) == "acme|1000"
    await wire.exchange.subjects.unlink("globex", "77")

    wire.clock.now = NOW + 86_400
    assert_refused(await wire.post(**GLOBEX, main_access_token=token), *INVALID)
    assert wire.events[-1].reason == "invalid_main_token"


@pytest.mark.threat(34)
@pytest.mark.parametrize("spoil", [lambda t: t[:-4], lambda t: t + "AAAA", lambda t: f"{t}.x", lambda t: "eyJ.our.own"])
async def test_a_token_that_is_not_ours_links_nobody(wire: Bench, spoil: Any) -> None:
    token = spoil(await main_token(wire))

    assert_refused(await refused_before_the_provider(wire, token), *INVALID)
    assert (wire.event.reason, wire.event.detail) == ("invalid_main_token", "not a live access token of ours")


@pytest.mark.threat(9)
async def test_an_id_token_links_nobody(wire: Bench) -> None:
    token = (await wire.post(scope="openid")).json()["id_token"]
    wire.provider.requests.clear()

    assert_refused(await refused_before_the_provider(wire, token), *INVALID)


async def test_a_token_of_another_client_links_nobody(wire: Bench) -> None:
    token = await main_token(wire, client_id="partner")

    assert_refused(await refused_before_the_provider(wire, token), *INVALID)
    assert wire.event.detail == "the access token is another client's"


async def test_a_token_for_an_api_links_nobody(wire: Bench) -> None:
    # The API sees its users' tokens, and must not be able to add a login of its own to their accounts.
    token = await main_token(wire, audience="https://api.example.com")

    assert_refused(await refused_before_the_provider(wire, token), *INVALID)
    assert wire.event.detail == "the access token is for another API"


async def test_a_clients_own_token_links_nobody(wire: Bench) -> None:
    claims = {
        "iss": wire.exchange.settings.issuer,
        "aud": wire.exchange.settings.issuer,
        "sub": "app@clients",
        "client_id": "app",
        "scope": "",
        "iat": NOW,
        "exp": NOW + 60,
        "jti": "1",
    }
    token = wire.exchange.engine.keys.current.sign(claims, typ="at+jwt")

    assert_refused(await refused_before_the_provider(wire, token), *INVALID)
    assert wire.event.detail == "the access token is the client's own, not a user's"


@pytest.mark.threat(29)
async def test_nothing_is_linked_to_a_blocked_user(wire: Bench) -> None:
    token = await main_token(wire)
    await wire.exchange.subjects.block("acme|1000")

    assert_refused(await refused_before_the_provider(wire, token), *BLOCKED)


@pytest.mark.threat(29)
async def test_linking_does_not_lift_the_block_of_the_identity(wire: Bench) -> None:
    token = await main_token(wire)
    await wire.exchange.subjects.block("globex|77")

    assert_refused(await wire.post(**GLOBEX, main_access_token=token), *BLOCKED)
    assert await wire.storage.subject_of("globex", "77") is None


@pytest.mark.threat(25)
@pytest.mark.parametrize("policy", ["stateless", "create"])
async def test_an_equal_address_links_nobody(policy: str) -> None:
    async with bench({"subjects": {"policy": policy}, "connections": {"acme": {"trust_email": True}}}) as wire:
        wire.provider.people["same address"] = {**ADA, "id": "2"}

        assert await subject_of(wire, scope="openid email") == "acme|1000"
        assert await subject_of(wire, scope="openid email", access_token="same address") == "acme|2"


@pytest.mark.threat(24)
@pytest.mark.parametrize("address", ["ADA@example.com", "ada＠example.com", "ada+x@example.com", "ada@EXAMPLE.com"])
async def test_nor_does_a_similar_one(address: str) -> None:
    async with bench({"subjects": {"policy": "create"}, "connections": {"acme": {"trust_email": True}}}) as wire:
        await wire.post(scope="email")
        wire.provider.people["similar"] = {**ADA, "id": "2", "email": address}

        assert await subject_of(wire, access_token="similar", scope="email") == "acme|2"


@pytest.mark.threat(26)
@pytest.mark.parametrize("policy", ["stateless", "create"])
async def test_a_renamed_user_stays_the_same_and_the_old_name_is_nobodys_key(policy: str) -> None:
    async with bench({"subjects": {"policy": policy}}) as wire:
        before = await subject_of(wire, scope="openid profile email")
        wire.provider.people["good-token"] = {**ADA, "name": "Ada King", "email": "king@example.com"}
        wire.provider.people["squatter"] = {**ADA, "id": "666"}

        assert await subject_of(wire, scope="openid profile email") == before
        assert await subject_of(wire, scope="openid profile email", access_token="squatter") == "acme|666"


async def test_a_login_that_is_denied_links_nothing() -> None:
    class Closed:
        @hookimpl
        async def authorize(self, login: Any) -> None:
            if login.identity.strategy == "globex":
                raise RuntimeError

    async with bench(plugins=[Closed()]) as wire:
        token = await main_token(wire)
        assert (await wire.post(**GLOBEX, main_access_token=token)).status_code == 500
        assert await wire.storage.subject_of("globex", "77") is None
        assert wire.linked[-1] is False


async def test_an_unlinked_identity_can_be_linked_again(wire: Bench) -> None:
    await wire.post(**GLOBEX, main_access_token=await main_token(wire))
    await wire.exchange.subjects.unlink("globex", "77")
    wire.clock.now += 1

    token = await main_token(wire)
    assert await subject_of(wire, **GLOBEX, main_access_token=token) == "acme|1000"
    assert await subject_of(wire, **GLOBEX) == "acme|1000"


async def test_an_identity_that_becomes_another_users_while_it_is_being_linked_stays_that_users() -> None:
    class Meanwhile:
        @hookimpl
        async def authorize(self, login: Any) -> None:
            if login.identity.strategy == "globex":
                await wire.exchange.subjects.link("globex", "77", "grace")

    async with bench(plugins=[Meanwhile()]) as wire:
        token = await main_token(wire)
        assert_refused(await wire.post(**GLOBEX, main_access_token=token), *TAKEN)
        assert await wire.exchange.subjects.identities("grace") == (("globex", "77"),)


async def test_a_login_that_cannot_be_signed_links_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench() as wire:
        token = await main_token(wire)
        monkeypatch.setattr(wire.exchange.engine.keys.current, "sign", lambda *_, **__: 1 / 0)

        assert (await wire.post(**GLOBEX, main_access_token=token)).status_code == 500
        assert wire.linked[-1] is False
        assert await wire.storage.subject_of("globex", "77") is None


async def test_of_two_users_who_link_one_identity_at_once_one_gets_it(tmp_path: Path) -> None:
    async with bench(storage=SqliteStorage(str(tmp_path / "accredit.db"))) as wire:
        wire.provider.people["grace"] = {**ADA, **PERSON}
        tokens = [await main_token(wire), await main_token(wire, access_token="grace")]
        requests = [
            good_request(
                connection="globex",
                token=ProviderToken.of("t", secret="s"),
                main_access_token=SecretStr(token),
            )
            for token in tokens * 10
        ]
        outcomes = await asyncio.gather(*map(wire.exchange, requests), return_exceptions=True)

        winners = {outcome.subject for outcome in outcomes if not isinstance(outcome, BaseException)}
        losers = {type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)}
        assert len(winners) == 1
        assert losers == {IdentityTaken}
        assert {await subject_of(wire, **GLOBEX)} == winners
