"""What is kept of what happens: bounded, without secrets, and added up over workers."""

import json
import os
from collections import Counter
from typing import Any

import pytest
from core.tests.audit.happenings import HAPPENINGS, SCOPE
from core.tests.bench import GOOD, Clock
from core.tests.oauth.support import SECRET, token_bench

from accredit.audit.events import BlockedEvent, Check, ExchangeEvent, OperationalEvent
from accredit.audit.readings import Reading
from accredit.operator import Board, Everybody, View
from accredit.operator.view.board import PLACE_BYTES
from accredit.operator.view.latency import BOUNDS_MS, bucket_of, quantile
from accredit.operator.view.seen import LONGEST, MOST_LOGINS, MOST_OTHERS, MOST_REFUSALS
from accredit.operator.view.snapshot import Snapshot
from accredit.operator.view.windows import MOST_KEYS, OTHER, Windows
from accredit.provider.http import ProviderCall


def login(**changed: Any) -> ExchangeEvent:
    return ExchangeEvent(**{"outcome": "accepted", "status": 200, "connection": "acme", **changed})


def refused(**changed: Any) -> ExchangeEvent:
    return login(**{"outcome": "refused", "status": 401, "reason": "wrong_audience", **changed})


def test_a_window_forgets_what_is_older_than_it_and_nothing_else() -> None:
    clock = Clock()
    windows = Windows(clock.monotonic)
    windows.add(("a",))
    found = []
    for seconds in (0, 54, 6, 800, 100, 2300, 400):
        clock.advance(seconds)
        found.append([counts[("a",)] for counts in windows.sums().values()])
    assert found == [[1, 1, 1], [1, 1, 1], [0, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 1], [0, 0, 0]]


def test_of_too_many_different_things_the_rest_is_counted_together() -> None:
    windows = Windows(Clock().monotonic)
    for number in range(MOST_KEYS + 5):
        windows.add(("reason", "acme", str(number)))
    windows.add(("reason", "acme", "0"))
    counts = windows.sums()["hour"]
    assert len(counts) == MOST_KEYS + 1
    assert counts[("reason", OTHER, OTHER)] == 5
    assert counts[("reason", "acme", "0")] == 2


def test_what_is_kept_is_bounded_and_no_kind_of_event_pushes_out_another() -> None:
    view = View()
    view.observe(BlockedEvent(subject="x"))
    for _ in range(300):
        view.observe(login())
        view.observe(refused(detail="x" * 5000, client_id="y" * 5000))
    for _ in range(300):
        view.observe(OperationalEvent(name="x.y", level="error"))
    now = view.snapshot()
    assert (len(now.logins), len(now.refusals), len(now.others)) == (MOST_LOGINS, MOST_REFUSALS, MOST_OTHERS)
    assert len(now.refusals[0].detail) == len(now.refusals[0].client_id) == LONGEST + 1
    assert len(now.to_bytes()) < PLACE_BYTES


def test_a_call_without_an_answer_counts_unless_a_refusal_has_made_it_needless() -> None:
    view = View()
    calls = (
        ProviderCall("GET", "https://acme.example/a", 401, 4.0),
        ProviderCall("GET", "https://acme.example/b", None, 9.0),
    )
    for event in (refused(calls=calls), login(calls=calls, outcome="failed", status=503)):
        view.observe(event)
    counts = view.snapshot().sums["minute"]
    assert (counts[("call", "acme", "5")], counts[("unanswered", "acme")]) == (2, 1)


def test_what_is_repeated_is_counted_and_not_listed() -> None:
    view = View()
    view.observe(refused(is_repeated=True))
    now = view.snapshot()
    assert now.refusals == ()
    assert now.sums["minute"][("reason", "acme", "wrong_audience")] == 1


def test_a_plugins_words_are_shown_without_what_looks_like_a_secret() -> None:
    view = View()
    view.observe(refused(detail="it said access_token=hunter2"))
    view.observe(OperationalEvent(name="x.y", level="error", facts={"secret": "hunter2", "count": 3}))
    assert view.snapshot().refusals[0].detail == "it said access_token=[redacted]"
    assert view.snapshot().others[0].detail == "secret: [redacted]; count: 3"


def test_news_of_no_interest_is_not_kept() -> None:
    view = View()
    for name in ("keys.changed", "operator.signed_in", "request.form_as_json"):
        view.observe(OperationalEvent(name=name))
    assert [one.name for one in view.snapshot().others] == ["operator.signed_in"]


@pytest.mark.threat(33)
@pytest.mark.parametrize("name", HAPPENINGS)
async def test_whatever_happens_can_be_shown_and_handed_on(name: str) -> None:
    view = View(worker=3)
    async with token_bench(plugins=[view]) as wire:
        tokens = (await wire.post(scope=SCOPE)).json()
        wire.forget()
        await HAPPENINGS[name].act(wire, tokens)
        now = view.snapshot()
        assert Snapshot.of_bytes(now.to_bytes()) == now
    issued = [tokens[name] for name in ("access_token", "id_token", "refresh_token")]
    secrets = [GOOD["access_token"], SECRET, "bad-token", "s3cr3t", "wr0ng-secret", "nothing-of-ours", *issued]
    secrets += [token.rpartition(".")[2] for token in issued]
    assert [secret for secret in secrets if secret in repr(now)] == []


@pytest.mark.parametrize(("ms", "name"), [(0, "5"), (5, "5"), (5.1, "10"), (10_000, "10000"), (10_001, "+")])
def test_a_call_is_in_the_class_of_its_time(ms: float, name: str) -> None:
    assert bucket_of(ms) == name


def test_the_slowest_of_calls_are_told_from_their_classes() -> None:
    counts = Counter({"100": 50, "200": 45, "1000": 5})
    found = [quantile(counts, share) for share in (0.5, 0.51, 0.95, 0.96)]
    assert found == ["≤ 100 ms", "≤ 200 ms", "≤ 200 ms", "≤ 1000 ms"]
    assert quantile({"+": 1}, 0.5) == f"> {BOUNDS_MS[-1]} ms"
    assert quantile({}, 0.5) == ""


def everybody(board: Board, number: int, clock: Clock) -> tuple[View, Everybody]:
    view = View(worker=number, clock=clock, monotonic=clock.monotonic)
    return view, Everybody(view, board=board, number=number)


def test_workers_are_added_up_and_named() -> None:
    clock, board = Clock(), Board(3)
    (one, first), (two, second) = everybody(board, 1, clock), everybody(board, 2, clock)
    one.observe(login(subject="first"))
    clock.advance(1)
    two.observe(login(subject="second"))
    two.observe(refused())
    assert first.snapshot().sums["minute"][("request", "acme", "accepted")] == 1  # the second has said nothing yet
    second.publish()
    now = first.snapshot()
    assert now.sums["minute"] == {
        ("request", "acme", "accepted"): 2,
        ("request", "acme", "refused"): 1,
        ("reason", "acme", "wrong_audience"): 1,
    }
    assert [seen.subject for seen in now.logins] == ["second", "first"]
    assert [(seen.worker, seen.reason) for seen in now.refusals] == [(2, "wrong_audience")]
    assert [(worker.number, worker.pid) for worker in now.workers] == [(1, os.getpid()), (2, os.getpid())]


def test_readings_are_added_up_or_the_largest_counts() -> None:
    class Readings:
        def __call__(self) -> list[Reading]:
            circuits = [Reading("circuit_open", True, "acme"), Reading("circuit_open", 0, "globex")]
            return [Reading("in_flight", 2), *circuits]

    clock, board, readings = Clock(), Board(2), Readings()
    (one, first), (two, second) = everybody(board, 1, clock), everybody(board, 2, clock)
    one.measure(readings)
    two.measure(readings)
    second.publish()
    assert set(first.snapshot().readings) == {
        Reading("in_flight", 4),
        Reading("circuit_open", 1, "acme"),
        Reading("circuit_open", 0, "globex"),
    }
    del readings
    assert {one.value for one in View().snapshot().readings} == set()


def test_alone_nothing_is_published() -> None:
    view = View()
    alone = Everybody(view)
    alone.publish()
    view.observe(login())
    assert alone.snapshot().sums["hour"][("request", "acme", "accepted")] == 1


def test_what_has_no_room_is_told_without_its_events() -> None:
    clock, board = Clock(), Board(1)
    view, every = everybody(board, 1, clock)
    calls = tuple(ProviderCall("GET", f"https://acme.example/{'é' * 290}", 200, 1.0) for _ in range(10))
    for _ in range(MOST_REFUSALS):
        view.observe(refused(calls=calls, checks=tuple(Check(f"step{n}", "passed", 1.0) for n in range(20))))
    assert len(view.snapshot().to_bytes()) > PLACE_BYTES
    every.publish()
    read = Snapshot.of_bytes(board.read(1))
    assert read.refusals == ()
    assert read.sums["hour"][("request", "acme", "refused")] == MOST_REFUSALS


def test_who_reads_half_of_what_is_written_goes_on_with_the_last_whole() -> None:
    board = Board(2)
    assert board.read(1) == b""
    assert board.write(1, b"whole")
    assert board.read(1) == b"whole"
    board._memory[8:9] = b"W"
    assert board.read(1) == b"whole"
    assert board.write(1, json.dumps([1]).encode())
    assert (board.read(1), board.read(2)) == (b"[1]", b"")
    assert not board.write(2, bytes(PLACE_BYTES))
    assert board.read(2) == b""


def test_what_another_process_writes_is_read_here() -> None:
    board = Board(2)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if board.write(2, b"of a child") else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert board.read(2) == b"of a child"


def test_a_worker_that_has_ended_is_shown_no_more() -> None:
    board = Board(2)
    board.write(2, b"here")
    assert board.read(2) == b"here"
    board.clear(2)
    assert board.read(2) == b""
    board.write(2, b"again")
    assert board.read(2) == b"again"
