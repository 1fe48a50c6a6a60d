"""A person is erased while she and many others use all nodes: nothing of before is left of her, and all of theirs."""

import asyncio
import itertools
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import LiteralString

import pytest
from tests.faults.moody import login
from tests.faults.servers import LONG_S, Answer, Client
from tests.nodes.ledger import SESSIONS, TOKENS, subject_of, user_id_of
from tests.nodes.scenarios import trial_of
from tests.nodes.site import Site
from tests.nodes.verdicts import GOOD, REFUSED, assert_nothing_is_lost_or_doubled
from tests.nodes.visitor import log_in, refresh, userinfo

from accredit import ErasedEvent, Exchange, hookimpl, load_settings
from accredit.audit.events import AnyEvent
from accredit.exchange.subjects import Subjects
from accredit.tokens.refresh_token import session_id_of

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

PERSONS = 4
WAYS = 4
"""On which each of them is there at once."""
ANSWERS = 12
"""So many good ones before the erasure, and as many that were asked for after it."""

LATEST: LiteralString = "SELECT subject FROM audit_events ORDER BY id DESC LIMIT 50"


@dataclass(frozen=True)
class Given:
    """What one good answer held, when it was asked for, and when it came, on the monotonic clock."""

    asked_at: float
    came_at: float
    answer: Answer

    @property
    def refresh_token(self) -> str:
        return str(self.answer.body["refresh_token"])

    @property
    def session_id(self) -> str:
        return session_id_of(self.refresh_token) or ""


@dataclass
class Person:
    """Somebody who logs in and refreshes on several ways at once, and logs in again where she is refused."""

    number: int
    given: list[Given] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
    last: list[str] = field(default_factory=list)
    """The refresh tokens that she has in the end, one of each way."""
    began_at: float = math.inf
    """When her erasure began, on the monotonic clock."""
    began_ms: float = math.inf
    """The same, in epoch milliseconds."""
    old_identity: int = 0
    erased_at: float = math.inf
    """When it was told, which is before it is over."""

    @property
    def subject(self) -> str:
        return subject_of(self.number)

    @property
    def before(self) -> list[Given]:
        """What had come when her erasure began."""
        return [one for one in self.given if one.came_at < self.began_at]

    @property
    def since(self) -> list[Given]:
        """What was asked for after her erasure."""
        return [one for one in self.given if one.asked_at > self.erased_at]

    async def use(self, port: int) -> None:
        """Go on on one way until she was given enough after her erasure, and has what works there."""
        client = Client(port)
        while len(self.since) < ANSWERS or not client.refresh_token:
            asked_at = time.monotonic()
            if client.refresh_token:
                answer = await client.refresh()
            else:
                answer = await client.log_in(login("steady", "good", self.number))
            if answer.status == 200:
                self.given.append(Given(asked_at, time.monotonic(), answer))
            else:
                self.refused[answer.status] += 1
                client.refresh_token = ""
        self.last.append(client.refresh_token)
        client.leave()

    async def is_erased(self, site: Site, subjects: Subjects) -> None:
        """Erase her as soon as she was given enough."""
        while len(self.given) < ANSWERS:  # noqa: ASYNC110 - who is answered tells nobody
            await asyncio.sleep(0.001)
        self.old_identity = await self.identity(site)
        self.began_at, self.began_ms = time.monotonic(), time.time() * 1000
        await subjects.erase(self.subject)

    async def identity(self, site: Site) -> int:
        """Return the number of the one identity that she has."""
        rows = await site.rows("SELECT subject, number FROM identities")
        [number] = [number for subject, number in rows if subject == self.subject]
        return int(number)


class Office:
    """Hears at once whose erasure is done."""

    def __init__(self, persons: Sequence[Person]) -> None:
        self._persons = {one.subject: one for one in persons}

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        if isinstance(event, ErasedEvent) and event.subject is not None:
            self._persons[event.subject].erased_at = time.monotonic()


async def test_of_who_is_erased_nothing_of_before_is_left_at_any_node(site: Site) -> None:
    persons = [Person(number) for number in itertools.islice(site.numbers, PERSONS)]
    settings = load_settings(site.office.folder / "accredit.toml")
    async with trial_of(site) as trial, Exchange(settings, plugins=[Office(persons)]) as office:
        using = [one.use(site.front.port) for one in persons for _ in range(WAYS)]
        await asyncio.gather(*using, *(one.is_erased(site, office.subjects) for one in persons))
    assert trial.kinds <= GOOD | REFUSED  # a busy machine is late; nobody else is told no
    await assert_nothing_is_lost_or_doubled(site, trial)
    await _until_all_rows_are_written(site)

    sessions, tokens = await site.rows(SESSIONS), await site.rows(TOKENS)
    for one in persons:
        assert set(one.refused) <= {401, 403, 503}
        assert await one.identity(site) != one.old_identity  # she has begun anew
        stored = {session_id for session_id, subject in sessions if subject == one.subject}
        used = {session_id_of(token) for token in one.last}
        assert used <= stored
        assert len(stored - used) <= one.refused[503]  # which may have been done all the same
        assert {given.session_id for given in one.before}.isdisjoint(session_id for _, session_id in tokens)
        for node, given in zip(itertools.cycle(site.nodes), one.before, strict=False):
            assert (await refresh(node, given.refresh_token)).status == 403
            assert await userinfo(node, given.answer.body["access_token"]) == 401
        for node, token in zip(itertools.cycle(site.nodes), one.last, strict=False):
            assert (await refresh(node, token)).status == 200

    await _assert_audit_rows_of_before_name_nobody(site, persons)


async def _assert_audit_rows_of_before_name_nobody(site: Site, persons: Sequence[Person]) -> None:
    rows = await site.rows("SELECT time_ms, subject, session_id, detail, facts FROM audit_events")
    unnamed = [row for row in rows if str(row[1]).startswith("erased-")]
    assert len({row[1] for row in unnamed}) == len(persons)
    assert len(unnamed) >= sum(len(one.before) for one in persons)
    for one in persons:
        names = {one.subject, user_id_of(one.number), *(given.session_id for given in one.before)}
        assert [row for row in rows if row[0] < one.began_ms and any(name in str(row) for name in names)] == []


async def _until_all_rows_are_written(site: Site) -> None:
    """Wait until the audit rows of all that has happened are there: each node writes its own one after the other."""
    subjects = set[str]()
    for node in site.nodes:
        number = next(site.numbers)
        assert (await log_in(node, number)).status == 200
        subjects.add(subject_of(number))
    async with asyncio.timeout(LONG_S):
        while not subjects <= {subject for (subject,) in await site.rows(LATEST)}:  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.05)
