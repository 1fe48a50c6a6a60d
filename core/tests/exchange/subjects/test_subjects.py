"""`Exchange.subjects`: what a host can do, and what is told about it."""

import pytest
from core.tests.bench import Bench, bench, good_request

from accredit.errors import InvalidToken
from accredit.exchange.subjects import Subjects
from accredit.storage import MemoryStorage


async def test_each_change_leaves_a_line_in_the_log(wire: Bench) -> None:
    subjects = wire.exchange.subjects
    await subjects.link("acme", "1", "ada")
    await subjects.block("ada")
    await subjects.unblock("ada")
    await subjects.unlink("acme", "1")

    lines = [{name: line[name] for name in line if name not in {"timestamp", "level"}} for _, line in wire.log.events()]
    assert lines == [
        {"event": "subject.linked", "subject": "ada", "namespace": "acme", "user_id": "1"},
        {"event": "subject.blocked", "subject": "ada"},
        {"event": "subject.unblocked", "subject": "ada"},
        {"event": "subject.unlinked", "subject": "ada", "namespace": "acme", "user_id": "1"},
    ]
    assert wire.events == []


async def test_a_link_that_is_refused_is_no_event(wire: Bench) -> None:
    assert await wire.exchange.subjects.link("acme", "1", "ada") is True
    assert await wire.exchange.subjects.link("acme", "1", "grace") is False

    assert len(wire.log.lines) == 1


async def test_it_says_who_is_blocked(wire: Bench) -> None:
    subjects = wire.exchange.subjects
    assert await subjects.is_blocked("ada") is False
    await subjects.block("ada")
    assert await subjects.is_blocked("ada") is True
    await subjects.unblock("ada")
    assert await subjects.is_blocked("ada") is False


@pytest.mark.threat(29)
async def test_blocking_ends_the_sessions(wire: Bench) -> None:
    subjects = wire.exchange.subjects
    await wire.exchange(good_request(scopes=("offline_access",)))
    assert len(await subjects.sessions("acme|1000")) == 1
    await subjects.block("acme|1000")

    assert await subjects.sessions("acme|1000") == ()


async def test_sessions_are_listed_and_ended_one_by_one(wire: Bench) -> None:
    subjects = wire.exchange.subjects
    for device in ("phone", "tablet"):
        await wire.exchange(good_request(device=device))
    phone = next(one for one in await subjects.sessions("acme|1000") if one.device == "phone")
    assert await subjects.end_session(phone.id) is True

    assert [one.device for one in await subjects.sessions("acme|1000")] == ["tablet"]
    assert wire.log.events()[-1][1]["event"] == "session.ended"
    told = len(wire.log.lines)
    assert [await subjects.end_session(one) for one in (phone.id, "unknown")] == [False, False]
    assert len(wire.log.lines) == told
    wire.clock.now += 86_400
    assert await subjects.sessions("acme|1000") == ()  # it has expired


async def test_a_subject_is_logged_out_everywhere_at_once(wire: Bench) -> None:
    subjects = wire.exchange.subjects
    tokens = [await wire.exchange(good_request(device=device)) for device in ("phone", "tablet")]
    told = len(wire.log.lines)

    assert await subjects.end_sessions("acme|1000") == 2
    assert await subjects.sessions("acme|1000") == ()
    for one in tokens:
        with pytest.raises(InvalidToken):
            await wire.exchange.authenticate(one.access_token.get_secret_value())
    assert [line["event"] for _, line in wire.log.events()[told:]] == ["session.ended"] * 2
    assert await subjects.end_sessions("acme|1000") == 0
    assert not await subjects.is_blocked("acme|1000")
    assert (await wire.exchange(good_request())).access_token


async def test_logging_out_everywhere_reaches_tokens_without_a_session() -> None:
    async with bench({"tokens": {"sessions": "offline_access"}}) as wire:
        tokens = await wire.exchange(good_request())
        wire.clock.now += 1
        assert await wire.exchange.subjects.end_sessions("acme|1000") == 0
        with pytest.raises(InvalidToken):
            await wire.exchange.authenticate(tokens.access_token.get_secret_value())


@pytest.mark.parametrize("nobody", ["", "face book|1", "app@clients"])
async def test_nobody_is_blocked_by_what_cannot_be_a_subject(wire: Bench, nobody: str) -> None:
    with pytest.raises(ValueError, match=r"^a subject's id "):
        await wire.exchange.subjects.block(nobody)
    assert await wire.exchange.subjects.is_blocked(nobody) is False


async def test_it_works_without_an_engine() -> None:
    subjects = Subjects(MemoryStorage())
    await subjects.link("acme", "1", "ada")

    assert await subjects.identities("ada") == (("acme", "1"),)
