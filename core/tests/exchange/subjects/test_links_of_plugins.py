"""A host that makes its own users hears of a link, and of its end."""

import asyncio
from typing import Any

import pytest
from core.tests.acme import ADA
from core.tests.bench import Bench, assert_refused, bench

from accredit import AccessDenied, Identity, Subject, hookimpl
from accredit.errors import PluginFailed, StorageFailed
from accredit.exchange.subjects import Subjects
from accredit.storage import MemoryStorage, StoredSubject

GLOBEX = {"connection": "globex", "access_token_secret": "s"}
TAKEN = (401, "unauthorized", "this identity belongs to another user")
BLOCKED = (401, "unauthorized", "user is blocked")
SERVER_ERROR = (500, "server_error", "the server could not complete the request")
UNAVAILABLE = (400, "invalid_request", "linking identities is not available")


class MakesUsers:
    """Makes a user of every identity it has not seen, and cannot link."""

    def __init__(self) -> None:
        self.users: dict[tuple[str, str], str] = {}

    @hookimpl
    async def resolve_subject(self, identity: Identity) -> Subject:
        key = identity.namespace, identity.user_id
        return Subject(self.users.setdefault(key, f"u{len(self.users) + 1}"))


class Links(MakesUsers):
    """Keeps links as well, or does what it was given."""

    def __init__(self, answer: Any = "its own") -> None:
        super().__init__()
        self.answer = answer
        self.linked: list[tuple[str, str, str]] = []
        self.unlinked: list[tuple[str, str, str | None]] = []

    @hookimpl
    async def link_identity(self, identity: Identity, subject: str, client_id: str) -> Any:
        self.linked.append((identity.user_id, subject, client_id))
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer != "its own":
            return self.answer
        return Subject(self.users.setdefault((identity.namespace, identity.user_id), subject))

    @hookimpl
    async def unlink_identity(self, namespace: str, user_id: str, subject: str | None) -> Any:
        self.unlinked.append((namespace, user_id, subject))
        if isinstance(self.answer, BaseException):
            raise self.answer
        self.users.pop((namespace, user_id), None)


async def main_token(wire: Bench, **parameters: Any) -> str:
    token: str = (await wire.post(**parameters)).json()["access_token"]
    wire.events.clear()
    wire.provider.requests.clear()
    return token


async def sub_of(wire: Bench, **parameters: Any) -> str | None:
    response = await wire.post(**parameters)
    assert response.status_code == 200, response.json()
    return wire.events[-1].subject


async def test_the_identity_that_is_linked_makes_no_second_user() -> None:
    host = Links()
    async with bench(plugins=[host]) as wire:
        token = await main_token(wire)
        assert await sub_of(wire, **GLOBEX, main_access_token=token) == "u1"
        assert wire.linked[-1] is True

        assert await sub_of(wire, **GLOBEX) == "u1"
        assert host.linked == [("77", "u1", "app")]
        assert set(host.users.values()) == {"u1"}
        assert await wire.storage.subject_of("globex", "77") == StoredSubject("u1", identity_version=1)


async def test_what_the_identity_began_for_another_user_ends_when_a_plugin_links_it() -> None:
    class Forgets(Links):
        @hookimpl
        async def resolve_subject(self, identity: Identity) -> Subject:
            return Subject(self.users.get((identity.namespace, identity.user_id), f"guest-{identity.user_id}"))

    async with bench(plugins=[Forgets()]) as wire:
        guest = (await wire.post(**GLOBEX, scope="openid")).json()["access_token"]
        token = await main_token(wire)
        assert await sub_of(wire, **GLOBEX, main_access_token=token) == "guest-1000"

        assert (await wire.client.get("/userinfo", headers={"Authorization": f"Bearer {guest}"})).status_code == 401


@pytest.mark.threat(38)
@pytest.mark.parametrize(("sessions", "status"), [("all", 200), ("offline_access", 401)])
async def test_where_a_plugin_names_the_subjects_a_main_token_needs_a_session(sessions: str, status: int) -> None:
    # An unlinking ends the session. Of a token without one only the plugin could say that its identity has gone.
    async with bench({"tokens": {"sessions": sessions}}, plugins=[Links()]) as wire:
        token = await main_token(wire)
        response = await wire.post(**GLOBEX, main_access_token=token)

        assert response.status_code == status
        assert wire.event.reason == ("ok" if status == 200 else "invalid_main_token")


async def test_a_user_who_adds_the_login_he_has_stays_signed_in() -> None:
    host = Links()
    async with bench(plugins=[host]) as wire:
        body = (await wire.post(scope="openid")).json()
        token = body["access_token"]
        assert await sub_of(wire, main_access_token=token) == "u1"

        assert wire.linked[-1] is False
        assert host.linked == []
        assert (await wire.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})).status_code == 200


@pytest.mark.threat(38, 39)
async def test_a_plugin_takes_back_a_link_that_was_overtaken() -> None:
    class Overtaken(Links):
        @hookimpl
        async def link_identity(self, identity: Identity, subject: str, client_id: str) -> Any:
            await storage.unlink("acme", "1000")
            return Subject(self.users.setdefault((identity.namespace, identity.user_id), subject))

    host, storage = Overtaken(), MemoryStorage()
    async with bench(plugins=[host], storage=storage) as wire:
        token = await main_token(wire)
        refused = await wire.post(**GLOBEX, main_access_token=token)

        assert (refused.status_code, wire.event.reason) == (401, "invalid_main_token")
        assert host.unlinked == [("globex", "77", "u1")]
        assert host.users == {("acme", "1000"): "u1"}
        assert await storage.subject_of("globex", "77") is None


async def test_a_store_that_fails_takes_no_link_back() -> None:
    # It may have stood before.
    class Full(MemoryStorage):
        async def link(self, *args: Any, **more: Any) -> StoredSubject:
            raise StorageFailed("disk full")

    host = Links()
    async with bench(plugins=[host], storage=Full()) as wire:
        token = await main_token(wire)
        refused = await wire.post(**GLOBEX, main_access_token=token)

        assert (refused.status_code, wire.event.reason) == (503, "storage_failed")
        assert host.unlinked == []
        assert host.users["acme", "1000"] == "u1"


async def test_it_is_told_after_every_other_hook_and_not_of_a_login_that_is_refused() -> None:
    class Closed:
        @hookimpl
        async def claims(self) -> None:
            if told:
                raise AccessDenied("closed")

    told: list[str] = []
    host = Links()
    async with bench(plugins=[host, Closed()]) as wire:
        token = await main_token(wire)
        told.append("from now on")
        assert_refused(await wire.post(**GLOBEX, main_access_token=token), 401, "unauthorized", "closed")
    assert host.linked == []


async def test_linking_again_changes_nothing_and_asks_no_plugin() -> None:
    host = Links()
    async with bench(plugins=[host]) as wire:
        token = await main_token(wire)
        for _ in range(2):
            assert await sub_of(wire, **GLOBEX, main_access_token=token) == "u1"
        assert len(host.linked) == 1


async def test_an_identity_of_another_of_its_users_stays_that_users() -> None:
    host = Links()
    async with bench(plugins=[host]) as wire:
        assert await sub_of(wire, **GLOBEX) == "u1"
        token = await main_token(wire)

        assert_refused(await wire.post(**GLOBEX, main_access_token=token, scope="offline_access"), *TAKEN)
        assert (wire.event.reason, wire.linked[-1]) == ("identity_taken", False)
        assert await sub_of(wire, **GLOBEX) == "u1"
        assert not any(session.renewable for session in wire.storage.kept.values())


async def test_none_leaves_it_to_our_own_store() -> None:
    class Leaves:
        @hookimpl
        async def resolve_subject(self, identity: Identity) -> Subject | None:
            return Subject("u1") if identity.namespace == "acme" else None

        @hookimpl
        async def link_identity(self) -> None: ...

    async with bench(plugins=[Leaves()]) as wire:
        token = await main_token(wire)
        assert await sub_of(wire, **GLOBEX, main_access_token=token) == "u1"
        assert await sub_of(wire, **GLOBEX) == "u1"
        assert await wire.storage.subject_of("globex", "77") == StoredSubject("u1", identity_version=1)


async def test_the_first_plugin_with_an_answer_decides() -> None:
    first, second, third = Links(None), Links(), Links()
    async with bench(plugins=[first, second, third]) as wire:
        token = await main_token(wire)
        assert await sub_of(wire, **GLOBEX, main_access_token=token) == "u1"
    assert [len(host.linked) for host in (first, second, third)] == [1, 1, 0]


async def test_a_subject_that_is_named_after_an_identity_is_linked_in_our_store_too() -> None:
    # Only then may `resolve_subject` name it for the identity that was linked.
    class NamesByIdentity(Links):
        @hookimpl
        async def resolve_subject(self, identity: Identity) -> Subject:
            key = identity.namespace, identity.user_id
            return Subject(self.users.setdefault(key, "|".join(key)))

    async with bench(plugins=[NamesByIdentity()]) as wire:
        token = await main_token(wire)
        for request in ({"main_access_token": token}, {}):
            assert await sub_of(wire, **GLOBEX, **request) == "acme|1000"
        assert await wire.storage.subject_of("globex", "77") == StoredSubject("acme|1000", identity_version=1)


async def test_a_plugin_that_names_subjects_and_cannot_link_makes_linking_unavailable() -> None:
    host = MakesUsers()
    async with bench(plugins=[host]) as wire:
        token = await main_token(wire)
        assert_refused(await wire.post(**GLOBEX, main_access_token=token), *UNAVAILABLE)
        assert wire.event.detail == "a plugin names the subjects, and none has the hook link_identity"
        assert wire.provider.requests == []
        assert host.users == {("acme", "1000"): "u1"}


@pytest.mark.parametrize(
    ("answer", "refusal", "reason"),
    [
        (Subject("u2"), TAKEN, "identity_taken"),
        (Subject("u1", blocked=True), BLOCKED, "subject_blocked"),
        (AccessDenied("one login each"), (401, "unauthorized", "one login each"), "access_denied"),
        (Subject(""), SERVER_ERROR, "plugin_failed"),
        (Subject("app@clients"), SERVER_ERROR, "plugin_failed"),
        (Subject("u1", blocked="no"), SERVER_ERROR, "plugin_failed"),  # type: ignore[arg-type]  # what a host may do
        (RuntimeError("MARKED"), SERVER_ERROR, "plugin_failed"),
        (asyncio.CancelledError(), SERVER_ERROR, "plugin_failed"),
        ("u1", SERVER_ERROR, "plugin_failed"),
        (True, SERVER_ERROR, "plugin_failed"),
    ],
    ids=repr,
)
@pytest.mark.threat(37, 41)
async def test_anything_else_links_nobody(answer: Any, refusal: Any, reason: str) -> None:
    host = Links(answer)
    async with bench(plugins=[host]) as wire:
        token = await main_token(wire)
        assert_refused(await wire.post(**GLOBEX, main_access_token=token, scope="offline_access"), *refusal)

        assert (wire.event.reason, wire.linked[-1]) == (reason, False)
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
        assert not any(session.renewable for session in wire.storage.kept.values())
        assert await wire.storage.subject_of("globex", "77") is None


async def test_plugins_are_told_of_the_end_of_a_link() -> None:
    host, other = Links(), Links()
    async with bench(plugins=[host, other]) as wire:
        await wire.exchange.subjects.link("globex", "77", "u1")
        await wire.exchange.subjects.unlink("globex", "77")
        await wire.exchange.subjects.unlink("globex", "77")
        await wire.exchange.subjects.unlink("acme", "5")

    told = [("globex", "77", "u1"), ("globex", "77", None), ("acme", "5", None)]
    assert host.unlinked == other.unlinked == told
    assert host.linked == []


@pytest.mark.parametrize("error", [RuntimeError("MARKED"), AccessDenied("the last login of a user stays")])
async def test_a_plugin_that_fails_leaves_the_link_as_it_was(error: Exception) -> None:
    host = Links(error)
    async with bench(plugins=[Links(), host]) as wire:
        await wire.exchange.subjects.link("globex", "77", "u1")
        wire.log.lines.clear()
        with pytest.raises((PluginFailed, AccessDenied)) as failed:
            await wire.exchange.subjects.unlink("globex", "77")

        assert "MARKED" not in str(failed.value)
        assert await wire.exchange.subjects.subject_of("globex", "77") == "u1"
        assert wire.log.lines == []

        host.answer = "its own"
        await wire.exchange.subjects.unlink("globex", "77")
        assert await wire.exchange.subjects.subject_of("globex", "77") is None


async def test_a_store_that_fails_after_the_plugins_were_told_can_be_asked_again() -> None:
    class Full(MemoryStorage):
        is_full = True

        async def unlink(self, *identity: str) -> None:
            if self.is_full:
                raise StorageFailed("disk full")
            await super().unlink(*identity)

    host, store = Links(), Full()
    async with bench(plugins=[host], storage=store) as wire:
        host.users["acme", "1000"] = "u1"
        with pytest.raises(StorageFailed):
            await wire.exchange.subjects.unlink("acme", "1000")
        store.is_full = False
        await wire.exchange.subjects.unlink("acme", "1000")

    assert host.users == {}
    assert len(host.unlinked) == 2


@pytest.mark.parametrize(
    ("policy", "stranger"),
    [("stateless", "acme|1"), ("create", "acme|1"), ("link-only", None), ("existing-only", None)],
)
async def test_the_exchange_says_whose_an_identity_is(policy: str, stranger: str | None) -> None:
    async with bench({"subjects": {"policy": policy}}) as wire:
        subjects = wire.exchange.subjects
        assert await subjects.subject_of("acme", "1") == stranger
        await subjects.link("acme", "1", "ada")
        assert await subjects.subject_of("acme", "1") == "ada"
        await subjects.block("ada")
        assert await subjects.subject_of("acme", "1") == "ada"
        await subjects.unlink("acme", "1")
        assert await subjects.subject_of("acme", "1") is None
        assert await wire.storage.subject_of("acme", "2") is None


async def test_without_an_engine_nobody_is_told() -> None:
    subjects = Subjects(MemoryStorage())
    await subjects.unlink("acme", "1")
    assert await subjects.subject_of("acme", "1") is None


async def test_a_person_that_is_linked_by_the_plugin_is_found_again_with_another_provider() -> None:
    host = Links()
    async with bench(plugins=[host]) as wire:
        wire.provider.people["grace"] = {**ADA, "id": "5"}
        ada, grace = await main_token(wire), await main_token(wire, access_token="grace")
        assert await sub_of(wire, **GLOBEX, main_access_token=ada) == "u1"

        assert_refused(await wire.post(**GLOBEX, main_access_token=grace), *TAKEN)
        await wire.exchange.subjects.unlink("globex", "77")
        assert await sub_of(wire, **GLOBEX, main_access_token=grace) == "u2"
