"""Whom an identity logs in, under each policy and in each storage."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import pytest
from core.tests.bench import Bench, assert_refused, bench, good_request

from accredit import AccessDenied, Identity, Settings, Subject, hookimpl
from accredit.errors import ConfigurationError, SubjectBlocked
from accredit.storage import MemoryStorage, SqliteStorage, Storage, StoredSubject

POLICIES = ["stateless", "create", "link-only", "existing-only"]
NOT_LINKED = (401, "unauthorized", "user is not linked")
BLOCKED = (401, "unauthorized", "user is blocked")
GLOBEX = {"connection": "globex", "access_token_secret": "s"}


class Run(Protocol):
    def __call__(self, policy: str, **more: Any) -> AbstractAsyncContextManager[Bench]: ...


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return MemoryStorage() if request.param == "memory" else SqliteStorage(str(tmp_path / "accredit.db"))


@pytest.fixture
def run(storage: Storage) -> Run:
    def run(policy: str, **more: Any) -> AbstractAsyncContextManager[Bench]:
        return bench({"subjects": {"policy": policy}}, storage=storage, **more)

    return run


async def test_stateless_is_the_default_and_stores_nothing(run: Run, storage: Storage) -> None:
    assert Settings.model_validate({"issuer": "https://login.example.com/"}).subjects.policy == "stateless"
    async with run("stateless") as wire:
        assert (await wire.exchange(good_request())).subject == "acme|1000"
        assert await storage.subject_of("acme", "1000") is None
        assert await storage.get("acme|1000") is None


def test_there_are_four_policies() -> None:
    for policy in POLICIES:
        Settings.model_validate({"issuer": "https://login.example.com/", "subjects": {"policy": policy}})
    with pytest.raises(ConfigurationError, match=r"subjects\.policy"):
        Settings.model_validate({"issuer": "https://login.example.com/", "subjects": {"policy": "anybody"}})


async def test_create_stores_the_subject_at_the_first_login(run: Run, storage: Storage) -> None:
    async with run("create") as wire:
        for _ in range(2):
            assert (await wire.exchange(good_request())).subject == "acme|1000"
        assert await storage.subject_of("acme", "1000") == StoredSubject("acme|1000")
        assert await wire.exchange.subjects.identities("acme|1000") == (("acme", "1000"),)


@pytest.mark.threat(28)
async def test_many_first_logins_at_once_are_one_subject(run: Run, storage: Storage) -> None:
    async with run("create") as wire:
        made = await asyncio.gather(*(wire.exchange(good_request()) for _ in range(50)))

        assert {tokens.subject for tokens in made} == {"acme|1000"}
        assert await storage.identities("acme|1000") == (("acme", "1000"),)


@pytest.mark.parametrize("policy", ["link-only", "existing-only"])
async def test_a_stranger_is_refused(run: Run, storage: Storage, policy: str) -> None:
    async with run(policy) as wire:
        assert_refused(await wire.post(scope="offline_access"), *NOT_LINKED)
        assert (wire.event.reason, wire.event.subject) == ("not_linked", None)
        assert await storage.subject_of("acme", "1000") is None


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_known_identity_logs_its_subject_in(run: Run, policy: str) -> None:
    async with run(policy) as wire:
        assert await wire.exchange.subjects.link("acme", "1000", "ada")

        assert (await wire.exchange(good_request())).subject == "ada"
        assert (await wire.post(scope="openid")).status_code == 200
        assert wire.events[-1].subject == "ada"


@pytest.mark.parametrize("policy", ["stateless", "create", "link-only"])
async def test_a_signed_in_user_may_link_a_stranger(run: Run, policy: str) -> None:
    async with run(policy) as wire:
        await wire.exchange.subjects.link("acme", "1000", "ada")
        token = (await wire.post()).json()["access_token"]

        assert (await wire.post(**GLOBEX, main_access_token=token)).status_code == 200
        assert (await wire.post(**GLOBEX)).status_code == 200
        assert wire.events[-1].subject == "ada"
        assert await wire.exchange.subjects.identities("ada") == (("acme", "1000"), ("globex", "77"))


async def test_under_existing_only_nobody_but_the_host_links(run: Run) -> None:
    async with run("existing-only") as wire:
        await wire.exchange.subjects.link("acme", "1000", "ada")
        token = (await wire.post()).json()["access_token"]
        wire.provider.requests.clear()

        refused = await wire.post(**GLOBEX, main_access_token=token)
        assert_refused(refused, 400, "invalid_request", "linking identities is not available")
        assert wire.provider.requests == []


@pytest.mark.threat(29)
@pytest.mark.parametrize("policy", POLICIES)
async def test_an_unlinked_identity_is_refused(run: Run, policy: str) -> None:
    async with run(policy) as wire:
        await wire.exchange.subjects.link("acme", "1000", "ada")
        await wire.exchange.subjects.unlink("acme", "1000")

        assert_refused(await wire.post(scope="offline_access"), *NOT_LINKED)


@pytest.mark.threat(29)
@pytest.mark.parametrize("policy", ["stateless", "create"])
async def test_an_identity_cannot_come_back_into_the_subject_that_is_named_after_it(run: Run, policy: str) -> None:
    async with run(policy) as wire:
        token = (await wire.post()).json()["access_token"]
        await wire.post(**GLOBEX, main_access_token=token)
        await wire.exchange.subjects.unlink("acme", "1000")

        assert_refused(await wire.post(), *NOT_LINKED)
        assert (await wire.post(**GLOBEX)).status_code == 200
        assert wire.events[-1].subject == "acme|1000"


@pytest.mark.threat(29)
@pytest.mark.parametrize("policy", POLICIES)
async def test_a_blocked_subject_is_refused_until_it_is_not(run: Run, policy: str) -> None:
    async with run(policy) as wire:
        await wire.exchange.subjects.link("acme", "1000", "ada")
        await wire.exchange.subjects.block("ada")
        for scope in ("openid", "openid offline_access"):
            assert_refused(await wire.post(scope=scope), *BLOCKED)
            assert (wire.events[-1].reason, wire.events[-1].checks[-1].name) == ("subject_blocked", "resolve_subject")

        await wire.exchange.subjects.unblock("ada")
        assert (await wire.post(scope="offline_access")).status_code == 200


@pytest.mark.threat(29)
@pytest.mark.parametrize("policy", ["stateless", "create"])
async def test_a_subject_can_be_blocked_that_is_not_stored(run: Run, policy: str) -> None:
    async with run(policy) as wire:
        await wire.exchange.subjects.block("acme|1000")
        assert_refused(await wire.post(), *BLOCKED)


class Resolver:
    """Says whose every identity is."""

    @hookimpl
    async def resolve_subject(self, identity: Identity) -> Subject:
        return Subject("u1")


@pytest.mark.threat(29)
@pytest.mark.parametrize("policy", POLICIES)
async def test_a_plugins_subject_can_be_blocked_here(run: Run, storage: Storage, policy: str) -> None:
    async with run(policy, plugins=[Resolver()]) as wire:
        assert (await wire.exchange(good_request())).subject == "u1"
        assert await storage.subject_of("acme", "1000") is None
        await wire.exchange.subjects.block("u1")
        assert_refused(await wire.post(), *BLOCKED)


async def test_a_refused_login_creates_no_subject(run: Run, storage: Storage) -> None:
    class Closed:
        @hookimpl
        async def authorize(self) -> None:
            raise AccessDenied("closed")

    async with run("create", plugins=[Closed()]) as wire:
        assert_refused(await wire.post(), 401, "unauthorized", "closed")
        assert await storage.subject_of("acme", "1000") is None
        assert await storage.get("acme|1000") is None


@pytest.mark.threat(29)
async def test_who_is_blocked_during_the_login_gets_no_refresh_token(run: Run, storage: Storage) -> None:
    class Meanwhile:
        @hookimpl
        async def authorize(self) -> None:
            await storage.set_blocked("acme|1000", blocked=True)

    async with run("stateless", plugins=[Meanwhile()]) as wire:
        with pytest.raises(SubjectBlocked):
            await wire.exchange(good_request(scopes=("offline_access",)))
    async with run("create", plugins=[Meanwhile()]) as wire:
        await storage.set_blocked("acme|1000", blocked=False)
        assert_refused(await wire.post(), *BLOCKED)


@pytest.mark.threat(29)
async def test_an_identity_that_is_unlinked_during_its_first_login_is_refused(run: Run, storage: Storage) -> None:
    class Meanwhile:
        @hookimpl
        async def authorize(self) -> None:
            await storage.unlink("acme", "1000")

    async with run("create", plugins=[Meanwhile()]) as wire:
        assert_refused(await wire.post(scope="offline_access"), *NOT_LINKED)
        assert await storage.identities("acme|1000") == ()


async def test_an_identity_that_is_linked_during_its_first_login_is_the_other_users(run: Run, storage: Storage) -> None:
    class Overtakes:
        @hookimpl
        async def authorize(self, login: Any) -> None:
            await storage.link(login.identity.strategy, login.identity.user_id, "grace", now=1)

    async with run("create", plugins=[Overtakes()]) as wire:
        refused = await wire.post(scope="offline_access")
        assert_refused(refused, 401, "unauthorized", "this identity belongs to another user")
        assert await storage.subject_of("acme", "1000") == StoredSubject("grace", identity_version=1)


async def test_a_session_says_whose_it_is_and_keeps_what_was_granted_of_the_profile(wire: Bench) -> None:
    await wire.post(scope="openid email offline_access")
    await wire.post(scope="offline_access")

    email, nothing = wire.storage.kept.values()
    assert (email.namespace, email.user_id, email.subject) == ("acme", "1000", "acme|1000")
    assert email.claims == '{"email":"ada@example.com","email_verified":false}'
    assert nothing.claims == "{}"
