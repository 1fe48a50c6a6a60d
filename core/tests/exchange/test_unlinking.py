"""An identity that was taken off its user, or given to another one: nothing that it began goes on."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from core.tests.acme import ADA
from core.tests.bench import Bench, assert_refused, bench
from core.tests.exchange.test_linking import GLOBEX, INVALID, PERSON, main_token, subject_of
from core.tests.oauth.access_token.verifier import verified

from accredit import hookimpl
from accredit.storage import MemoryStorage, SqliteStorage, Storage
from accredit.storage.rules import COMMIT_S

NOT_LINKED = (401, "unauthorized", "user is not linked")
TOKEN_GONE = (401, "invalid_token", "the token is missing, malformed, expired, or not meant for this endpoint")
REFRESH_GONE = (403, "invalid_grant", "Unknown or invalid refresh token.")


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return MemoryStorage() if request.param == "memory" else SqliteStorage(str(tmp_path / "accredit.db"))


async def log_in(wire: Bench, **parameters: Any) -> dict[str, Any]:
    response = await wire.post(**{"scope": "openid offline_access", **parameters})
    assert response.status_code == 200, response.json()
    body: dict[str, Any] = response.json()
    return body


async def refresh(wire: Bench, token: str) -> Any:
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": token}
    return await wire.client.post("/oauth/token", data=form)


async def userinfo(wire: Bench, token: str) -> Any:
    return await wire.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.threat(38)
async def test_an_unlinked_identity_does_not_link_itself_back(wire: Bench) -> None:
    await wire.post(**GLOBEX, main_access_token=await main_token(wire))
    own = await log_in(wire, **GLOBEX)  # as the same user, by the identity that is to go
    await wire.exchange.subjects.unlink("globex", "77")
    wire.clock.now += 60

    for access_token in (own["access_token"], (await refresh(wire, own["refresh_token"])).json().get("access_token")):
        refused = await wire.post(**GLOBEX, main_access_token=access_token or own["access_token"])
        assert_refused(refused, *INVALID)
    assert_refused(await wire.post(**GLOBEX), *NOT_LINKED)


@pytest.mark.threat(38)
async def test_nor_does_it_link_a_fresh_identity(wire: Bench) -> None:
    wire.provider.people["fresh"] = {**ADA, **PERSON}
    await wire.post(**GLOBEX, main_access_token=await main_token(wire))
    own = await log_in(wire, **GLOBEX)
    await wire.exchange.subjects.unlink("globex", "77")
    wire.clock.now += 60

    assert_refused(await wire.post(access_token="fresh", main_access_token=own["access_token"]), *INVALID)
    assert wire.events[-1].detail == "its session has ended"
    assert await subject_of(wire, access_token="fresh") == "acme|5"


@pytest.mark.threat(38)
@pytest.mark.parametrize("sessions", ["all", "offline_access"])
async def test_a_main_token_from_before_an_unlinking_links_nobody_and_a_later_one_does(sessions: str) -> None:
    async with bench({"tokens": {"sessions": sessions}}) as wire:
        token = await main_token(wire)
        await wire.post(**GLOBEX, main_access_token=token)
        await wire.exchange.subjects.unlink("globex", "77")
        assert_refused(await wire.post(**GLOBEX, main_access_token=token), *INVALID)
        assert wire.events[-1].reason == "invalid_main_token"
        wire.clock.now += COMMIT_S + 1

        token = await main_token(wire)
        assert await subject_of(wire, **GLOBEX, main_access_token=token) == "acme|1000"


@pytest.mark.threat(29, 39)
@pytest.mark.parametrize("sessions", ["all", "offline_access"])
@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
async def test_nothing_that_an_unlinked_identity_began_goes_on(sessions: str, scope: str) -> None:
    async with bench({"tokens": {"sessions": sessions}}) as wire:
        body = await log_in(wire, scope=scope)
        assert (await userinfo(wire, body["access_token"])).status_code == 200
        await wire.exchange.subjects.unlink("acme", "1000")

        assert_refused(await userinfo(wire, body["access_token"]), *TOKEN_GONE)
        tokeninfo = await wire.client.post("/tokeninfo", json={"id_token": body["id_token"]})
        assert_refused(tokeninfo, *TOKEN_GONE)
        if "refresh_token" in body:
            assert_refused(await refresh(wire, body["refresh_token"]), *REFRESH_GONE)


@pytest.mark.parametrize("sessions", ["all", "offline_access"])
async def test_linking_leaves_no_ghost_of_the_user_that_the_identity_was(sessions: str) -> None:
    async with bench({"tokens": {"sessions": sessions}}) as wire:
        ghost = await log_in(wire, **GLOBEX)
        renewable = await log_in(wire, **GLOBEX, scope="openid offline_access")
        ada = await main_token(wire)
        linked = (await wire.post(**GLOBEX, main_access_token=ada, scope="openid offline_access")).json()

        assert_refused(await userinfo(wire, ghost["access_token"]), *TOKEN_GONE)
        assert_refused(await userinfo(wire, renewable["access_token"]), *TOKEN_GONE)
        assert_refused(await refresh(wire, renewable["refresh_token"]), *REFRESH_GONE)
        assert (await userinfo(wire, linked["access_token"])).json()["sub"] == "acme|1000"
        assert (await refresh(wire, linked["refresh_token"])).status_code == 200


class Slow:
    """A hook that waits while something happens to the user who logs in."""

    def __init__(self) -> None:
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    @hookimpl
    async def authorize(self) -> None:
        self.reached.set()
        await self.go_on.wait()


@pytest.mark.slow
@pytest.mark.threat(39)
@pytest.mark.parametrize("what", ["unlink", "block", "block and unblock", "link elsewhere", "unlink and link"])
@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
@pytest.mark.parametrize("policy", ["stateless", "create"])
@pytest.mark.parametrize("sessions", ["all", "offline_access"])
async def test_a_login_in_flight_does_not_survive(
    storage: Storage, what: str, scope: str, policy: str, sessions: str
) -> None:
    slow = Slow()
    settings = {"subjects": {"policy": policy}, "tokens": {"sessions": sessions}}
    async with bench(settings, plugins=[slow], storage=storage) as wire:
        login = asyncio.create_task(wire.post(scope=scope))
        await slow.reached.wait()
        subjects = wire.exchange.subjects
        if "block" in what:
            await subjects.block("acme|1000")
        if what == "block and unblock":
            await subjects.unblock("acme|1000")
        if "unlink" in what:
            await subjects.unlink("acme", "1000")
        if "link elsewhere" in what or "and link" in what:
            await subjects.link("acme", "1000", "grace")
        slow.go_on.set()

        assert (await login).status_code == 401
        assert await storage.sessions("acme|1000") == ()


@pytest.mark.threat(39)
@pytest.mark.parametrize("what", ["unlink", "block"])
@pytest.mark.parametrize("rotates", [True, False])
async def test_a_refresh_in_flight_does_not_survive(storage: Storage, what: str, rotates: bool) -> None:
    slow = Slow()
    slow.go_on.set()
    settings = {"clients": {"app": {"rotate_refresh_tokens": rotates}}}
    async with bench(settings, plugins=[slow], storage=storage) as wire:
        body = await log_in(wire)
        slow.reached.clear()
        slow.go_on.clear()
        refreshing = asyncio.create_task(refresh(wire, body["refresh_token"]))
        await slow.reached.wait()
        await getattr(wire.exchange.subjects, what)(*(["acme", "1000"] if what == "unlink" else ["acme|1000"]))
        slow.go_on.set()

        assert_refused(await refreshing, *REFRESH_GONE)
        assert_refused(await refresh(wire, body["refresh_token"]), *REFRESH_GONE)


@pytest.mark.threat(38, 39)
@pytest.mark.parametrize("sessions", ["all", "offline_access"])
@pytest.mark.parametrize("policy", ["stateless", "create", "link-only"])
async def test_an_identity_that_is_unlinked_while_it_adds_itself_is_out(
    sessions: str, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench({"tokens": {"sessions": sessions}, "subjects": {"policy": policy}}) as wire:
        await wire.exchange.subjects.link("acme", "1000", "acme|1000")
        token, storage = await main_token(wire, scope="openid"), wire.storage
        look, looked = storage.subject_of, list[str]()

        async def after_the_provider(namespace: str, user_id: str) -> Any:
            if not looked:
                looked.append(user_id)
                await storage.unlink(namespace, user_id)
            return await look(namespace, user_id)

        monkeypatch.setattr(storage, "subject_of", after_the_provider)  # overtaken just before the first look
        refused = await wire.post(main_access_token=token, scope="openid offline_access")

        assert refused.status_code == 401
        assert looked == ["1000"]
        assert_refused(await userinfo(wire, token), *TOKEN_GONE)
        assert_refused(await wire.post(), *NOT_LINKED)


@pytest.mark.threat(39)
async def test_a_token_of_before_a_block_stays_out_without_a_session_as_well() -> None:
    async with bench({"tokens": {"sessions": "offline_access"}}) as wire:
        body = await log_in(wire, scope="openid")
        await wire.exchange.subjects.block("acme|1000")
        await wire.exchange.subjects.unblock("acme|1000")

        assert_refused(await userinfo(wire, body["access_token"]), *TOKEN_GONE)
        wire.clock.now += COMMIT_S + 1
        assert (await userinfo(wire, (await log_in(wire, scope="openid"))["access_token"])).status_code == 200


@pytest.mark.threat(39)
@pytest.mark.parametrize("sessions", ["all", "offline_access"])
async def test_tokens_are_as_old_as_the_first_look_at_their_identity(sessions: str) -> None:
    class Slow:
        @hookimpl
        async def claims(self) -> None:
            wire.clock.now += 5

    async with bench({"tokens": {"sessions": sessions}}, plugins=[Slow()]) as wire:
        began = wire.clock.now
        claims = await verified(wire, (await log_in(wire))["access_token"], audience=wire.exchange.settings.issuer)

        assert claims["iat"] == began


@pytest.mark.threat(29, 39)
async def test_a_block_of_the_identity_that_is_being_linked_holds() -> None:
    class Blocks:
        @hookimpl
        async def authorize(self, login: Any) -> None:
            if login.identity.strategy == "globex":
                await wire.exchange.subjects.block("globex|77")

    async with bench(plugins=[Blocks()]) as wire:
        refused = await wire.post(**GLOBEX, main_access_token=await main_token(wire))
        assert_refused(refused, 401, "unauthorized", "user is blocked")
        assert await wire.storage.subject_of("globex", "77") is None


@pytest.mark.threat(38, 39)
@pytest.mark.parametrize("what", ["unlink", "block"])
async def test_a_link_in_flight_does_not_survive_what_ends_the_session_it_is_asked_by(
    storage: Storage, what: str
) -> None:
    slow = Slow()
    slow.go_on.set()
    async with bench(plugins=[slow], storage=storage) as wire:
        token = await main_token(wire)
        slow.reached.clear()
        slow.go_on.clear()
        linking = asyncio.create_task(wire.post(**GLOBEX, main_access_token=token))
        await slow.reached.wait()
        await getattr(wire.exchange.subjects, what)(*(["acme", "1000"] if what == "unlink" else ["acme|1000"]))
        slow.go_on.set()

        assert (await linking).status_code == 401
        assert await storage.subject_of("globex", "77") is None
