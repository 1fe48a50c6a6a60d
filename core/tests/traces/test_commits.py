"""The commit of a request is found by whose changes are in it, wherever they are stored."""

from typing import Any

from core.tests.audit.happenings import SCOPE
from core.tests.bench import bench
from core.tests.postgres import PostgresDatabase
from core.tests.traces.support import said, traced

from accredit.metrics import Metrics
from accredit.storage import Commit
from accredit.storage.postgres import PostgresStorage
from accredit.traces import Traces
from accredit.traces.commits import Commits


def commit(began: float, *marks: object) -> Commit:
    return Commit(began, 0.1, len(marks), "sqlite", marks)


def test_only_those_with_the_mark_are_found_and_none_from_before() -> None:
    mine, other = object(), object()
    commits = Commits()
    told = [commit(1.0, mine), commit(2.0, other, mine), commit(3.0, other), commit(4.0)]
    for one in told:
        commits.hear(one)
    assert list(commits.of(mine, since=0.0)) == [told[1], told[0]]
    assert list(commits.of(mine, since=1.5)) == [told[1]]
    assert list(commits.of(mine, since=5.0)) == []


def test_readings_that_tell_of_no_commits_are_read_all_the_same() -> None:
    readings: Any = list
    Traces().measure(readings)


async def test_a_commit_in_postgresql_is_a_span_and_a_number(postgres_database: PostgresDatabase) -> None:
    metrics = Metrics(None)
    storage = PostgresStorage.from_url(postgres_database.url())
    async with traced(storage=storage, plugins=(metrics,)) as wire:
        answer = await wire.wire.post(scope=SCOPE)
        found, step = wire.named("COMMIT"), wire.named("issue")
    assert answer.status_code == 200
    assert found.parent is not None
    assert found.parent.span_id == step.context.span_id
    assert said(found)["db.system.name"] == "postgresql"
    counts = [
        one.value
        for family in metrics.collect()
        for one in family.samples
        if one.name.endswith("commit_duration_seconds_count")
    ]
    assert counts == [storage.measured()["commits"]]


async def test_without_traces_no_change_in_postgresql_is_marked(postgres_database: PostgresDatabase) -> None:
    heard: list[Commit] = []
    storage = PostgresStorage.from_url(postgres_database.url())
    storage.watch_commits(heard.append)
    async with bench(storage=storage) as wire:
        await wire.post(scope=SCOPE)
    assert [one.marks for one in heard if one.changes] == [()] * len(heard)
    assert heard
