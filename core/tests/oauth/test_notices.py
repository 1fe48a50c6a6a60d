"""`/notices/<connection>`: what a provider tells has its effect once, and nobody else can have it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, cast
from urllib.parse import quote

import pytest
from core.tests.acme import Acme
from core.tests.bench import Bench, assert_refused
from core.tests.oauth.noticing import URL, mac, tell, told
from core.tests.oauth.support import log_in, refresh, token_bench

from accredit import AccessDenied, ConfigurationError, hookimpl
from accredit.audit.events import ProviderNoticeEvent
from accredit.errors import ExchangeError, InvalidProviderToken, ProviderUnavailable, StorageFailed
from accredit.exchange import notices
from accredit.exchange.deliveries import MOST_DELIVERIES
from accredit.notices import Notice, NoticeEvent, NoticeRequest, ProviderNotice
from accredit.storage import MemoryStorage, Storage

SUBJECT = "acme|1000"
LEFT = ("consent_revoked", "1000")
INVALID = (400, "invalid_request", "the notice is not valid")


class Host:
    """Keeps what hosts hear."""

    def __init__(self) -> None:
        self.heard: list[ProviderNotice] = []

    @hookimpl
    async def provider_notice(self, notice: ProviderNotice) -> None:
        self.heard.append(notice)


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
async def wire(host: Host) -> AsyncIterator[Bench]:
    async with token_bench(plugins=[host]) as one:
        yield one


def effects(*wanted: str) -> dict[str, Any]:
    return {"connections": {"acme": {"notice_effects": list(wanted)}}}


def notice_of(wire: Bench) -> ProviderNoticeEvent:
    [event] = [one for one in wire.heard if isinstance(one, ProviderNoticeEvent)]
    return event


async def test_a_user_who_has_left_is_logged_out_and_the_host_hears_of_it(wire: Bench, host: Host) -> None:
    login = await log_in(wire)
    answer = await tell(wire, LEFT, id="1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert (await refresh(wire, login["refresh_token"])).status_code == 403
    assert [(one.kind, one.user_id, one.subject, one.effects) for one in host.heard] == [
        ("consent_revoked", "1000", SUBJECT, ("end_sessions",))
    ]
    event = notice_of(wire)
    assert (event.name, event.connection, event.subject, event.kinds, event.status) == (
        "notice.received",
        "acme",
        SUBJECT,
        ("consent_revoked",),
        204,
    )


async def test_who_has_left_may_come_back(wire: Bench) -> None:
    await tell(wire, LEFT, id="1")
    login = await log_in(wire)
    assert (await refresh(wire, login["refresh_token"])).status_code == 200


@pytest.mark.parametrize("kind", ["token_revoked", "credential_change_required", "email_relay_changed", "test"])
async def test_what_ends_nothing_is_told_alone(wire: Bench, host: Host, kind: str) -> None:
    login = await log_in(wire)
    await tell(wire, (kind, "1000"))
    assert (await refresh(wire, login["refresh_token"])).status_code == 200
    assert [(one.kind, one.effects) for one in host.heard] == [(kind, ())]


async def test_a_notice_that_comes_again_is_answered_as_the_first_and_has_no_effect(wire: Bench, host: Host) -> None:
    first = await tell(wire, LEFT, id="1", code="x")
    login = await log_in(wire)
    for _ in range(MOST_DELIVERIES + 2):
        again = await tell(wire, LEFT, id="1", code="x")
        assert (again.status_code, again.content) == (first.status_code, first.content)
    assert [one["event"] for _, one in wire.log.events()] == ["notice.repeated"] * (MOST_DELIVERIES + 2)
    assert (await refresh(wire, login["refresh_token"])).status_code == 200
    assert len(host.heard) == 1
    await tell(wire, LEFT, id="2")
    assert len(host.heard) == 2


async def test_a_notice_that_is_never_carried_out_is_not_lost_in_silence() -> None:
    class Failing(MemoryStorage):
        async def end_all(self, subject: str) -> None:
            raise StorageFailed("full")

    async with token_bench(storage=Failing()) as wire:
        await log_in(wire)
        for _ in range(MOST_DELIVERIES):
            assert (await tell(wire, LEFT, id="1")).status_code == 503
        assert (await tell(wire, LEFT, id="1")).status_code == 503
        *_, given_up = (one for one in wire.heard if isinstance(one, ProviderNoticeEvent))
        assert (given_up.alert, given_up.reason) == (True, "storage_failed")
        assert given_up.detail == "given up: none of 8 deliveries of a notice is known to be carried out"
        assert (await tell(wire, LEFT, id="1")).status_code == 204  # told once: a provider may send it for days
        *_, repeated = (one for one in wire.heard if isinstance(one, ProviderNoticeEvent))
        assert repeated.name == "notice.repeated"


async def test_a_replay_that_is_broken_off_lets_no_other_one_through(host: Host) -> None:
    asked, may_end = asyncio.Event(), asyncio.Event()

    class Slow(MemoryStorage):
        is_slow = False

        async def first_use(self, jti: str, expires_at: int) -> bool:
            is_first = await super().first_use(jti, expires_at)
            if self.is_slow and jti.endswith(" 0 done"):
                asked.set()
                await may_end.wait()
            return is_first

    storage = Slow()
    async with token_bench(plugins=[host], storage=storage) as wire:
        await tell(wire, LEFT, id="1")
        login = await log_in(wire)
        storage.is_slow = True
        replay = asyncio.create_task(tell(wire, LEFT, id="1"))
        await asked.wait()
        replay.cancel()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await replay
        await tell(wire, LEFT, id="1")
        assert len(host.heard) == 1
        assert (await refresh(wire, login["refresh_token"])).status_code == 200


async def test_one_connections_ids_are_not_anothers(host: Host) -> None:
    game = {"acme-game": {"app_ids": ["acme-app"], "namespace": "game"}}
    async with token_bench({"connections": game}, plugins=[host]) as wire:
        for url in (URL, "/notices/acme-game"):
            await tell(wire, LEFT, id="1", url=url)
        assert [one.namespace for one in host.heard] == ["acme", "game"]


async def test_a_failing_storage_answers_503_and_what_comes_again_is_carried_out() -> None:
    class Failing(MemoryStorage):
        fails = True

        async def end_all(self, subject: str) -> None:
            if self.fails:
                raise StorageFailed("full")
            await super().end_all(subject)

    storage, host = Failing(), Host()
    async with token_bench(plugins=[host], storage=storage) as wire:
        login = await log_in(wire)
        for _ in range(2):
            answer = await tell(wire, LEFT, id="1")
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "5"
        assert host.heard == []
        storage.fails = False
        assert (await tell(wire, LEFT, id="1")).status_code == 204
        assert len(host.heard) == 1
        assert (await refresh(wire, login["refresh_token"])).status_code == 403
        await tell(wire, LEFT, id="1")
        assert len(host.heard) == 1


async def test_sessions_of_another_identity_of_the_subject_go_on(wire: Bench) -> None:
    login = await log_in(wire)
    globex = {"connection": "globex", "access_token_secret": "s3cr3t"}
    other = (await wire.post(scope="offline_access", **globex, main_access_token=login["access_token"])).json()
    await tell(wire, LEFT)
    assert (await refresh(wire, login["refresh_token"])).status_code == 403
    assert (await refresh(wire, other["refresh_token"])).status_code == 200


async def test_a_subject_named_after_another_identity_keeps_that_ones_sessions(wire: Bench) -> None:
    subjects = wire.exchange.subjects
    login = await log_in(wire)
    await subjects.link("acme", "77", SUBJECT)
    await tell(wire, ("consent_revoked", "77"))
    assert (await refresh(wire, login["refresh_token"])).status_code == 200


async def test_a_deleted_account_is_unlinked(wire: Bench, host: Host) -> None:
    login = await log_in(wire)
    await tell(wire, ("account_deleted", "1000"))
    assert host.heard[0].effects == ("end_sessions", "unlink")
    assert await wire.exchange.subjects.subject_of("acme", "1000") is None
    assert (await refresh(wire, login["refresh_token"])).status_code == 403
    assert (await wire.post()).status_code == 401


async def test_a_plugin_may_keep_the_identity_of_a_deleted_account(host: Host) -> None:
    class Keeps:
        @hookimpl
        async def unlink_identity(self) -> None:
            raise AccessDenied("no")

    async with token_bench(plugins=[host, Keeps()]) as wire:
        assert (await tell(wire, ("account_deleted", "1000"))).status_code == 204
        assert host.heard[0].effects == ("end_sessions",)
        assert await wire.exchange.subjects.subject_of("acme", "1000") == SUBJECT


async def test_nobody_is_blocked_unless_the_operator_wants_it(wire: Bench) -> None:
    await tell(wire, ("account_disabled", "1000"))
    assert (await wire.post()).status_code == 200


async def test_a_disabled_account_is_blocked_and_let_in_again_where_the_operator_wants_it(host: Host) -> None:
    async with token_bench(effects("block", "unblock"), plugins=[host]) as wire:
        await tell(wire, ("account_disabled", "1000"))
        assert (await wire.post()).json()["error_description"] == "user is blocked"
        await tell(wire, ("account_enabled", "1000"))
        assert (await wire.post()).status_code == 200
        assert [one.effects for one in host.heard] == [("block",), ("unblock",)]
        assert {getattr(one, "by", None) for one in wire.heard if "block" in one.name} == {"notice"}


async def test_without_effects_the_host_alone_hears_of_it(host: Host) -> None:
    async with token_bench(effects(), plugins=[host]) as wire:
        login = await log_in(wire)
        await tell(wire, ("account_deleted", "1000"), ("data_deletion_requested", "1000"))
        assert [one.effects for one in host.heard] == [(), ()]
        assert (await refresh(wire, login["refresh_token"])).status_code == 200


async def test_data_are_erased_only_where_the_operator_wants_it(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted in ((), ("erase",)):
        async with token_bench(effects(*wanted), plugins=[host]) as wire:
            monkeypatch.setattr(wire.exchange.engine.notices._effects._subjects, "_pause", _no_pause)
            login = await log_in(wire)
            answer = await tell(wire, ("data_deletion_requested", "1000"), code="x")
            assert (await refresh(wire, login["refresh_token"])).status_code == (403 if wanted else 200)
            assert host.heard[-1].effects == wanted
            assert notice_of(wire).subject == (None if wanted else SUBJECT)
            url = answer.json()["url"]
            assert url == f"https://login.example.com/notices/acme/status/{answer.json()['confirmation_code']}"
            page = await wire.client.get(url)
            assert (page.status_code, page.headers["content-type"]) == (200, "text/plain")
            assert ("carried out" in page.text) == bool(wanted)


async def _no_pause(_: float) -> None:
    """No other server is there to be waited for."""


async def test_who_has_another_login_keeps_it_and_loses_this_one(host: Host) -> None:
    async with token_bench(effects("erase"), plugins=[host]) as wire:
        await wire.exchange.subjects.link("globex", "7", SUBJECT)
        await tell(wire, ("data_deletion_requested", "1000"))
        assert host.heard[0].effects == ("unlink",)
        assert await wire.exchange.subjects.subject_of("globex", "7") == SUBJECT


async def test_a_storage_that_cannot_erase_stops_start_up() -> None:
    class Plain:
        """Has what every storage must have, and no more to be seen."""

        def __init__(self) -> None:
            self._inner = MemoryStorage()

        def __getattr__(self, name: str) -> Any:
            if name in {"person", "erase", "forget_ended"}:
                raise AttributeError(name)
            return getattr(self._inner, name)

    with pytest.raises(ConfigurationError, match="cannot erase anybody"):
        async with token_bench(effects("erase"), storage=cast("Storage", Plain())):
            pass


@pytest.mark.parametrize("code", ["x", "A" * 43, "%C3%A9" * 43, "A" * 300])
async def test_a_code_of_nobodys_shows_nothing(wire: Bench, code: str) -> None:
    page = await wire.client.get(f"/notices/acme/status/{code}")
    assert (page.status_code, page.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    ["/notices/globex", "/notices/off", "/notices/nobody", "/notices/", "/notices", "/notices/acme/", "/notices/a/b/c"],
)
async def test_a_connection_that_reads_none_is_not_there(wire: Bench, path: str) -> None:
    answers = [await wire.client.post(path, content=b"x"), await wire.client.get(f"{path}")]
    assert [(one.status_code, one.json()) for one in answers] == [
        (404, {"error": "not_found", "error_description": "no such endpoint or method"})
    ] * 2
    assert wire.log.lines == []


def changed(body: bytes, headers: Mapping[str, str]) -> list[tuple[str, bytes, Mapping[str, str]]]:
    return [
        ("unsigned", body, {}),
        ("another body", body + b" ", headers),
        ("a cut body", body[:-1], headers),
        ("no body", b"", headers),
        ("a foreign mac", body, {"x-acme-mac": "0" * 64}),
        ("no JSON", b"x", {"x-acme-mac": mac(b"x").decode()}),
        ("no object", b"[]", {"x-acme-mac": mac(b"[]").decode()}),
        ("deep JSON", b"[" * 60_000, {"x-acme-mac": mac(b"[" * 60_000).decode()}),
    ]


@pytest.mark.parametrize("at", range(8))
async def test_a_forgery_is_refused_in_constant_words_and_changes_nothing(wire: Bench, host: Host, at: int) -> None:
    login = await log_in(wire)
    _, body, headers = changed(*told(LEFT, id="1"))[at]
    assert_refused(await wire.client.post(URL, content=body, headers=headers), *INVALID)
    assert (notice_of(wire).name, notice_of(wire).reason, notice_of(wire).kinds) == (
        "notice.refused",
        "invalid_notice",
        (),
    )
    assert host.heard == []
    assert (await refresh(wire, login["refresh_token"])).status_code == 200


async def test_a_notice_for_another_app_is_refused(wire: Bench, host: Host) -> None:
    assert_refused(await tell(wire, LEFT, app="other-app"), *INVALID)
    assert host.heard == []
    assert (await tell(wire, LEFT, app="acme-app")).status_code == 204


async def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(wire: Bench) -> None:
    frame = len(told(padding="")[0])
    assert (await tell(wire, padding="x" * (65_536 - frame))).status_code == 204
    assert (await tell(wire, padding="x" * (65_537 - frame))).status_code == 400
    async with token_bench({"limits": {"max_body_bytes": 1_000_000}}) as larger:
        assert (await tell(larger, padding="x" * (65_537 - frame))).status_code == 400


async def test_a_notice_by_get_stands_in_the_query(wire: Bench, host: Host) -> None:
    body, headers = told(LEFT)
    answer = await wire.client.get(f"{URL}?notice={quote(body)}", headers=headers)
    assert (answer.status_code, len(host.heard)) == (204, 1)
    for query in ("notice=1&notice=2", "notice=%FF", "", "notice", "notice=" + "x" * 16_384):
        assert (await wire.client.get(f"{URL}?{query}", headers=headers)).status_code in {400, 500}
    assert len(host.heard) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
async def test_no_other_method_is_answered_and_no_page_may_call(wire: Bench, method: str) -> None:
    origin = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
    answer = await wire.client.request(method, URL, headers=origin)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    for one in (answer, await wire.client.post(URL, content=b"x", headers=origin)):
        assert not [name for name in one.headers if name.startswith("access-control")]


async def test_forgeries_are_limited(host: Host) -> None:
    limits = {"limits": {"failed_attempts": "3/minute"}}
    async with token_bench(limits, plugins=[host]) as wire:
        found = [(await wire.client.post(URL, content=b"x")).status_code for _ in range(5)]
        assert found == [400, 400, 400, 429, 429]


async def test_too_many_at_once_are_told_to_come_back(wire: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "MOST_AT_ONCE", 0)
    assert (await tell(wire, LEFT)).status_code == 503


Reads = Callable[[], Notice]


def _raise(error: BaseException) -> Notice:
    raise error


@pytest.mark.parametrize(
    ("read", "status", "reason"),
    [
        (lambda: _raise(ProviderUnavailable("keys")), 503, "provider_unavailable"),
        (lambda: _raise(InvalidProviderToken("signature")), 400, "invalid_notice"),
        (lambda: _raise(InvalidProviderToken()), 400, "invalid_notice"),
        (lambda: _raise(RuntimeError("MARKED")), 500, "plugin_failed"),
        (lambda: _raise(AccessDenied("MARKED")), 500, "plugin_failed"),
        (lambda: None, 500, "plugin_failed"),
        (lambda: Notice(audience=("acme-app",), events=(NoticeEvent("nonsense", "1"),)), 500, "plugin_failed"),  # type: ignore[arg-type]  # on purpose
        (lambda: Notice(audience=()), 400, "invalid_notice"),
    ],
    ids=["outage", "token", "token without detail", "error", "denial", "nothing", "kind", "nobody"],
)
async def test_what_a_strategy_raises_or_returns(host: Host, read: Reads, status: int, reason: str) -> None:
    class Scripted(Acme):
        async def read_notice(self, request: NoticeRequest, ctx: object) -> Notice:
            return read()

    async with token_bench(acme=Scripted, plugins=[host]) as wire:
        answer = await tell(wire, LEFT)
        assert (answer.status_code, notice_of(wire).reason) == (status, reason)
        assert "MARKED" not in answer.text + repr(wire.log.lines)
        assert host.heard == []


async def test_a_plugin_that_fails_changes_nothing_and_is_told(host: Host) -> None:
    class Fails:
        @hookimpl
        async def provider_notice(self) -> None:
            raise RuntimeError("MARKED")

    async with token_bench(plugins=[Fails(), host]) as wire:
        assert (await tell(wire, LEFT)).status_code == 204
        assert len(host.heard) == 1
        [line] = [one for _, one in wire.log.events() if one["event"] == "observer.failed"]
        assert "RuntimeError" in line["place"]
        assert "MARKED" not in json.dumps(line)


async def test_an_identity_that_is_nobodys_has_no_effects(host: Host) -> None:
    policy = {"subjects": {"policy": "link-only"}}
    async with token_bench(policy, plugins=[host]) as wire:
        assert (await tell(wire, LEFT)).status_code == 204
        assert [(one.subject, one.effects) for one in host.heard] == [(None, ())]


async def test_an_event_without_a_user_is_told(wire: Bench, host: Host) -> None:
    await tell(wire, ("test", None))
    assert [(one.kind, one.user_id, one.subject) for one in host.heard] == [("test", None, None)]


async def test_a_code_that_a_strategy_cannot_judge_is_a_failure_of_its_own() -> None:
    class Broken(Acme):
        def confirms(self, code: str) -> bool:
            raise ValueError("MARKED")

    async with token_bench(acme=Broken) as wire:
        with pytest.raises(ExchangeError):
            wire.exchange.engine.notices.confirms(wire.exchange.engine.connections["acme"], "x")
