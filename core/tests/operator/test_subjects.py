"""What operators do about a subject: through the same door as everybody, and with their name on it."""

from html import escape
from typing import Any

import pytest
from core.tests.oauth.support import ask
from core.tests.operator.desk import Office, office, seen

from accredit.audit.events import SubjectEvent
from accredit.errors import StorageFailed

SUBJECT = "acme|1000"


async def refresh(one: Office, tokens: dict[str, str]) -> int:
    answer = await ask(one.wire, grant_type="refresh_token", client_id="app", refresh_token=tokens["refresh_token"])
    return answer.status_code


def told(one: Office) -> list[tuple[str, str | None, str]]:
    return [(event.name, event.subject, event.by) for event in one.wire.heard if isinstance(event, SubjectEvent)]


async def test_a_subject_is_found_with_its_identities_and_sessions() -> None:
    async with office() as one:
        await one.wire.exchange.subjects.link("globex", "77", SUBJECT)
        await one.login(device="Ada's phone")
        text = await one.text("/subject", subject=f"  {SUBJECT} ")
        for part in (SUBJECT, "not blocked", "globex 77", "Ada's phone", "app", "2027-01-15 08:00:00"):
            assert part in text, part
        [session] = await one.wire.exchange.subjects.sessions(SUBJECT)
        assert session.id in text


async def test_nobody_is_found_without_a_failure() -> None:
    async with office() as one:
        text = await one.text("/subject", subject="nobody")
        assert "It has no live session." in text
        assert "None is stored; with subjects.policy" in text


@pytest.mark.parametrize("name", ["a b", "ä", "x" * 256, "svc@clients"])
async def test_what_can_be_no_subject_is_told_as_such(name: str) -> None:
    async with office() as one:
        answer = await one.browser.get("/subject", params={"subject": name})
        assert answer.status_code == 400
        assert "A subject's id" in seen(answer)
        assert (await one.browser.get("/confirm", params={"action": "block", "subject": name})).status_code == 400


async def test_an_identity_that_was_linked_leads_to_whose_it_is() -> None:
    async with office() as one:
        await one.wire.exchange.subjects.link("globex", "77", SUBJECT)
        answer = await one.browser.get("/subject", params={"subject": "globex|77"})
        assert "belongs to another subject" in seen(answer)
        assert f'href="subject?subject={SUBJECT.replace("|", "%7C")}"' in answer.text


async def test_one_session_is_ended_and_its_refresh_token_is_dead_then() -> None:
    async with office() as one:
        first, second = (await one.login()).json(), (await one.login()).json()
        ended = (await one.wire.exchange.subjects.sessions(SUBJECT))[1]
        assert (await one.text("/confirm", action="end", subject=SUBJECT, session=ended.id)).count(ended.id) == 1
        answer = await one.do("end", SUBJECT, session=ended.id)
        assert (answer.status_code, answer.headers["location"]) == (303, "subject?subject=acme%7C1000&done=end")
        assert "The session has ended." in seen(await one.browser.get(answer.headers["location"]))
        assert sorted([await refresh(one, first), await refresh(one, second)]) == [200, 403]
        assert told(one) == [("session.ended", SUBJECT, "operator")]


async def test_all_sessions_are_ended_and_it_may_log_in_again() -> None:
    async with office() as one:
        tokens = [(await one.login()).json() for _ in range(2)]
        await one.do("end-all", SUBJECT)
        assert [await refresh(one, each) for each in tokens] == [403, 403]
        assert (await one.login()).status_code == 200
        assert told(one) == [("session.ended", SUBJECT, "operator")] * 2


async def test_a_subject_is_blocked_and_let_in_again() -> None:
    async with office() as one:
        tokens = (await one.login()).json()
        asked = await one.text("/confirm", action="block", subject=SUBJECT)
        assert "Every login of this subject is refused from now on" in asked
        assert (await one.login()).status_code == 200  # asking does nothing
        await one.do("block", SUBJECT)
        assert (await one.login()).status_code == 401
        assert await refresh(one, tokens) == 403
        assert f"{SUBJECT} blocked" in await one.text("/subject", subject=SUBJECT)
        await one.do("unblock", SUBJECT)
        assert (await one.login()).status_code == 200
        assert told(one) == [("subject.blocked", SUBJECT, "operator"), ("subject.unblocked", SUBJECT, "operator")]
        assert "By" in (overview := await one.text("/"))
        assert "subject.blocked" in overview


async def test_what_the_host_does_itself_says_nothing_of_an_operator() -> None:
    async with office() as one:
        await one.wire.exchange.subjects.block(SUBJECT)
        await one.wire.exchange.subjects.acting_as("support").unblock(SUBJECT)
        assert told(one) == [("subject.blocked", SUBJECT, ""), ("subject.unblocked", SUBJECT, "support")]
        lines = [fields for _, fields in one.wire.log.events() if fields["event"].startswith("subject.")]
        assert [fields.get("by") for fields in lines] == [None, "support"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "erase", "subject": SUBJECT},
        {"action": "block"},
        {"action": "end", "subject": SUBJECT},
        {"action": "block", "subject": SUBJECT, "session": "x"},
    ],
)
async def test_what_is_no_action_is_refused(fields: dict[str, str]) -> None:
    async with office() as one:
        assert (await one.browser.get("/confirm", params=fields)).status_code == 400
        answer = await one.browser.post("/do", data={**fields, "form_token": await one.form_token()})
        assert answer.status_code == 400
        assert told(one) == []


async def test_a_session_that_has_ended_already_is_no_failure() -> None:
    async with office() as one:
        assert (await one.do("end", SUBJECT, session="unknown")).status_code == 303
        assert told(one) == []


async def test_a_session_of_somebody_else_than_the_page_has_named_goes_on() -> None:
    async with office() as one:
        tokens = (await one.login()).json()
        [session] = await one.wire.exchange.subjects.sessions(SUBJECT)
        for other in ("acme|2000", "nobody"):
            assert (await one.do("end", other, session=session.id)).status_code == 303
        assert told(one) == []
        assert await refresh(one, tokens) == 200


async def test_while_the_storage_is_away_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise StorageFailed("the disk is full")

    async with office() as one:
        monkeypatch.setattr(one.wire.storage, "get", away)
        monkeypatch.setattr(one.wire.storage, "set_blocked", away)
        for answer in (await one.browser.get("/subject", params={"subject": SUBJECT}), await one.do("block", SUBJECT)):
            assert answer.status_code == 503
            assert "The storage does not answer; nothing may have changed. Try again. the disk is full" in seen(answer)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "&lt;b&gt;",
    "\u202egnp.exe",
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_whatever_users_are_called_is_text(name: str) -> None:
    async with office() as one:
        await one.wire.exchange.subjects.link("globex", name, SUBJECT)
        await one.login(device=name)
        answer = await one.browser.get("/subject", params={"subject": SUBJECT})
        shown = name.replace("\u202e", "\\u202e")
        assert answer.text.count(escape(shown)) == 2
        if shown != escape(shown):
            assert shown not in answer.text
        assert "\u202e" not in answer.text


@pytest.mark.parametrize("subject", [name.replace(" ", "") for name in HOSTILE if name.isascii()])
async def test_a_subject_of_any_name_leads_to_itself_and_nowhere_else(subject: str) -> None:
    async with office() as one:
        await one.wire.exchange.subjects.block(subject)
        answer = await one.browser.get("/subject", params={"subject": subject})
        assert escape(subject) in answer.text
        answer = await one.do("unblock", subject)
        assert answer.headers["location"].startswith("subject?subject=")
        assert not await one.wire.exchange.subjects.is_blocked(subject)
        for path in ("/", "/subject?subject=x&done=%3Cscript%3E", "/confirm?action=block&subject=%3Cscript%3E"):
            assert "<script>" not in (await one.browser.get(path)).text
