"""Who a person is, and whether she may log in, is the same at all nodes at every moment."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Sized
from dataclasses import dataclass, field

import pytest
from tests.faults.moody import login
from tests.faults.servers import LONG_S, Client
from tests.nodes.ledger import subject_of, user_id_of
from tests.nodes.site import Site
from tests.nodes.visitor import Verifier, log_in, refresh, userinfo

from accredit import Exchange, load_settings
from accredit.exchange.subjects import Subjects

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

PERSONS = 10
ALL_AT_ONCE = 2
"""First logins of one person at each node."""
ANSWERS = 24
"""So many, on all ways together, before somebody is locked out, and as many refusals after it."""

LockOut = Callable[[Subjects, int], Awaitable[None]]


@pytest.mark.threat(28)
async def test_first_logins_of_one_person_at_all_nodes_at_once_are_of_one_subject(site: Site) -> None:
    numbers = list(itertools.islice(site.numbers, PERSONS))
    verifier = Verifier(site)
    for number in numbers:
        answers = await asyncio.gather(*(log_in(node, number) for node in site.nodes * ALL_AT_ONCE))
        assert {answer.status for answer in answers} == {200}
        subjects = {(await verifier.verify(answer.body["access_token"]))["sub"] for answer in answers}
        assert subjects == {subject_of(number)}
    stored = Counter(await site.rows("SELECT id FROM subjects"))
    identities = Counter(await site.rows("SELECT subject FROM identities"))
    for number in numbers:
        assert stored[subject_of(number),] == identities[subject_of(number),] == 1


async def block(subjects: Subjects, number: int) -> None:
    await subjects.block(subject_of(number))


async def unlink(subjects: Subjects, number: int) -> None:
    await subjects.unlink("steady", user_id_of(number))


@dataclass
class Persistent:
    """Somebody who logs in and refreshes on several ways at once, and goes on when she is refused."""

    number: int
    refresh_tokens: list[str] = field(default_factory=list)
    access_tokens: list[str] = field(default_factory=list)
    is_locked_out: bool = False
    too_late: list[int] = field(default_factory=list)
    """The answers to what was asked only after she was locked out."""

    async def use(self, port: int, over: asyncio.Event) -> None:
        client = Client(port)
        while not over.is_set():
            was_locked_out = self.is_locked_out
            answer = await (
                client.refresh() if client.refresh_token else client.log_in(login("steady", "good", self.number))
            )
            if was_locked_out:
                self.too_late.append(answer.status)
            if answer.status == 200:
                self.refresh_tokens.append(answer.body["refresh_token"])
                self.access_tokens.append(answer.body["access_token"])
            else:
                client.refresh_token = ""
        client.leave()


@pytest.mark.threat(39)
@pytest.mark.parametrize("lock_out", [block, unlink])
async def test_nothing_of_who_is_locked_out_survives_at_any_node(site: Site, lock_out: LockOut) -> None:
    async with Exchange(load_settings(site.office.folder / "accredit.toml")) as office:
        for number in itertools.islice(site.numbers, 4):
            person, over = Persistent(number), asyncio.Event()
            using = [asyncio.create_task(person.use(site.front.port, over)) for _ in range(6)]
            await _until(person.refresh_tokens)
            await lock_out(office.subjects, number)
            person.is_locked_out = True
            await _until(person.too_late)
            over.set()
            await asyncio.gather(*using)
            assert 200 not in person.too_late
            for node, token in zip(itertools.cycle(site.nodes), person.refresh_tokens, strict=False):
                assert (await refresh(node, token)).status == 403
            for node, token in zip(itertools.cycle(site.nodes), person.access_tokens[-ANSWERS:], strict=False):
                assert await userinfo(node, token) == 401
            assert {(await log_in(node, number)).status for node in site.nodes} == {401}


async def _until(answers: Sized) -> None:
    async with asyncio.timeout(LONG_S):
        while len(answers) < ANSWERS:  # noqa: ASYNC110 - who is answered tells nobody
            await asyncio.sleep(0.005)
