"""`Exchange.subjects.export` and `erase`: what a host owes a person who asks."""

import asyncio
import json
from contextlib import suppress

import pytest
from core.tests.bench import SETTINGS, Bench, bench, good_request, signing_key

from accredit import ConfigurationError, ErasedEvent, Settings
from accredit.errors import ExchangeError, InvalidToken, StorageFailed, SubjectBlocked
from accredit.exchange.subjects import Subjects
from accredit.keys import SigningKeys
from accredit.storage import AuditQuery, MemoryStorage
from accredit.storage.rules import COMMIT_S
from accredit.sync import Exchange as SyncExchange

SUBJECT = "acme|1000"
ON = {"audit": {"table": True}}
OFFLINE = ("offline_access",)


class Pauses:
    """Notes how long was waited, and lets something happen meanwhile."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def subjects_of(wire: Bench, pauses: Pauses) -> Subjects:
    return Subjects(wire.storage, emit=wire.exchange.engine.reporter.emit, pause=pauses)


async def written(wire: Bench) -> None:
    table = wire.exchange.engine.audit_table
    assert table is not None
    await table.flush()


async def test_an_export_has_everything_and_no_token() -> None:
    async with bench(ON) as wire:
        tokens = await wire.exchange(good_request(scopes=("profile", *OFFLINE), device="phone"))
        await wire.exchange.subjects.link("globex", "5", SUBJECT)
        await written(wire)
        found = await wire.exchange.subjects.export(SUBJECT)

    [session] = found["sessions"]
    assert (found["subject"], found["blocked"]) == (SUBJECT, False)
    assert [one["namespace"] for one in found["identities"]] == ["globex"]
    assert (session["device"], session["client_id"], session["user_id"]) == ("phone", "app", "1000")
    assert session["claims"]["name"]
    assert len(session["refresh_tokens"]) == 1
    assert [one["event"] for one in found["audit"]] == ["exchange.accepted", "subject.linked"]
    text = json.dumps(found)
    assert tokens.refresh_token is not None
    assert tokens.refresh_token.get_secret_value() not in text
    assert tokens.access_token.get_secret_value() not in text


async def test_an_export_has_all_audit_rows_of_a_person_in_order() -> None:
    async with bench(ON) as wire:
        for _ in range(501):
            await wire.exchange.subjects.block("ada")
        await written(wire)
        ids = [int(one["id"]) for one in (await wire.exchange.subjects.export("ada"))["audit"]]

    assert len(ids) == 501
    assert ids == sorted(set(ids))


async def test_an_erasure_ends_everything_and_is_told_to_hosts() -> None:
    async with bench(ON) as wire:
        pauses = Pauses()
        tokens = await wire.exchange(good_request(scopes=OFFLINE))
        await wire.exchange.subjects.link("globex", "5", SUBJECT)
        await written(wire)
        subjects = subjects_of(wire, pauses)
        gone = await subjects.erase(SUBJECT)

        assert (gone.identities, gone.sessions, gone.blocked) == (1, 1, False)
        assert pauses.seconds == [COMMIT_S]
        assert wire.heard[-1] == ErasedEvent(subject=SUBJECT)
        with pytest.raises(InvalidToken):
            await wire.exchange.authenticate(tokens.access_token.get_secret_value())
        left = await subjects.export(SUBJECT)
        assert (left["identities"], left["sessions"], left["audit"]) == ([], [], [])
        rows = await wire.storage.audit.find(AuditQuery())
        [name] = {row.subject for row in rows}
        assert name is not None
        assert name.startswith("erased-")
        assert SUBJECT not in str(rows)


async def test_rows_that_were_on_their_way_name_nobody_either() -> None:
    async with bench(ON) as wire:

        class OneMore(Pauses):
            async def __call__(self, seconds: float) -> None:
                await written(wire)

        await wire.exchange(good_request(scopes=OFFLINE))
        await subjects_of(wire, OneMore()).erase(SUBJECT)
        rows = await wire.storage.audit.find(AuditQuery(event="exchange.accepted"))

        assert [row.subject for row in rows] == [row.subject for row in rows if str(row.subject).startswith("erased-")]
        assert len(rows) == 1


async def test_an_erasure_that_failed_halfway_and_is_called_again_leaves_no_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with bench(ON) as wire:
        await wire.exchange.subjects.block("globex|5")
        await wire.exchange.subjects.unblock("globex|5")
        await wire.exchange.subjects.link("globex", "5", SUBJECT)
        await written(wire)
        audit = wire.storage.audit
        pseudonymize, failures = audit.pseudonymize, [StorageFailed("away")]

        async def failing(subject: str, pseudonym: str) -> int:
            if failures:
                raise failures.pop()
            return await pseudonymize(subject, pseudonym)

        monkeypatch.setattr(audit, "pseudonymize", failing)
        with pytest.raises(StorageFailed):
            await subjects_of(wire, Pauses()).erase(SUBJECT)
        await subjects_of(wire, Pauses()).erase(SUBJECT)
        rows = await audit.find(AuditQuery())

        assert len(rows) == 3
        assert "globex|5" not in str(rows)
        assert SUBJECT not in str(rows)


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
async def test_an_app_that_goes_on_with_an_old_token_does_not_bring_the_name_back(scope: str) -> None:
    async with bench(ON) as wire:
        tokens = (await wire.post(scope=scope)).json()
        await written(wire)
        wire.clock.advance(10)
        await subjects_of(wire, Pauses()).erase(SUBJECT)
        for path, sent in (
            ("/userinfo", {"access_token": tokens["access_token"]}),
            ("/tokeninfo", {"id_token": tokens["id_token"]}),
        ):
            assert (await wire.client.post(path, data=sent)).status_code == 401
        await written(wire)
        rows = await wire.storage.audit.find(AuditQuery(reason="session_ended"))

        assert [(row.event, row.subject) for row in rows] == [("userinfo.refused", None), ("tokeninfo.refused", None)]
        assert SUBJECT not in str(await wire.storage.audit.find(AuditQuery()))


async def test_whose_session_alone_has_ended_is_named() -> None:
    async with bench(ON) as wire:
        tokens = (await wire.post(scope="openid offline_access")).json()
        await wire.exchange.subjects.end_sessions(SUBJECT)
        await wire.client.post("/userinfo", data={"access_token": tokens["access_token"]})
        await written(wire)
        [row] = await wire.storage.audit.find(AuditQuery(reason="session_ended"))

        assert (row.event, row.subject) == ("userinfo.refused", SUBJECT)


async def test_a_later_login_begins_anew() -> None:
    async with bench({"subjects": {"policy": "create"}}) as wire:
        await wire.exchange(good_request(scopes=OFFLINE))
        await subjects_of(wire, Pauses()).erase(SUBJECT)
        await wire.exchange(good_request(scopes=OFFLINE))

        [session] = await wire.exchange.subjects.sessions(SUBJECT)
        assert session.subject_version == 1
        assert await wire.exchange.subjects.identities(SUBJECT) == (("acme", "1000"),)


@pytest.mark.threat(29)
async def test_who_was_blocked_is_refused_after_an_erasure(wire: Bench) -> None:
    await wire.exchange.subjects.block(SUBJECT)
    assert (await subjects_of(wire, Pauses()).erase(SUBJECT)).blocked
    with pytest.raises(ExchangeError):
        await wire.exchange(good_request())


@pytest.mark.threat(39)
async def test_logins_under_way_are_refused_or_whole() -> None:
    async with bench({"subjects": {"policy": "create"}}) as wire:

        async def log_in(turns: int) -> None:
            for _ in range(turns):
                await asyncio.sleep(0)
            with suppress(SubjectBlocked):
                await wire.exchange(good_request(scopes=OFFLINE))

        for begin in range(10):
            logins = [log_in(begin + 3 * number) for number in range(8)]
            await asyncio.gather(*logins, subjects_of(wire, Pauses()).erase(SUBJECT))
            sessions = await wire.exchange.subjects.sessions(SUBJECT)
            identities = await wire.exchange.subjects.identities(SUBJECT)
            assert (not sessions) or identities == (("acme", "1000"),)
            assert len(sessions) == len(wire.storage.kept)


async def test_a_storage_that_cannot_is_named(wire: Bench) -> None:
    class Foreign:
        """As one of a host, which keeps its people to itself."""

        async def get(self, _: str) -> None:
            return None

    subjects = Subjects(Foreign())  # type: ignore[arg-type]  # it is asked for nothing else
    for call in (subjects.export("ada"), subjects.erase("ada"), subjects.is_known("ada")):
        with pytest.raises(ConfigurationError, match="the storage, a Foreign, can neither show nor erase a person"):
            await call
    assert subjects.audit is None


async def test_what_cannot_be_a_subject_is_not_erased(wire: Bench) -> None:
    with pytest.raises(ValueError, match="a subject's id"):
        await wire.exchange.subjects.erase("a b")


async def test_a_storage_without_a_table_for_audit_rows_shows_and_erases_the_rest() -> None:
    storage = MemoryStorage()
    del storage.audit
    subjects = Subjects(storage, pause=Pauses())
    await subjects.link("acme", "1", "ada")
    assert (await subjects.export("ada"))["audit"] == []
    assert (await subjects.erase("ada")).identities == 1
    assert (await subjects.is_known("ada"), await subjects.is_known("grace")) == (True, False)


def test_hosts_without_an_event_loop_have_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.exchange.persons.COMMIT_S", 0)
    settings = Settings.model_validate({"issuer": SETTINGS["issuer"]})
    exchange = SyncExchange(settings, storage=MemoryStorage(), keys=SigningKeys([signing_key()]))
    with exchange:
        exchange.subjects.link("acme", "1", "ada")
        assert len(exchange.subjects.export("ada")["identities"]) == 1
        assert exchange.subjects.erase("ada").identities == 1
        assert exchange.subjects.export("ada")["identities"] == []
        assert (exchange.subjects.is_known("ada"), exchange.subjects.is_known("grace")) == (True, False)
