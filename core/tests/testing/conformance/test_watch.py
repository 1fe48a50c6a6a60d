"""What the kit notices while a strategy runs, and what it puts between strategy and simulator."""

import asyncio
import gc
import json
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar

import httpx
import pytest

from accredit.testing.conformance.bench.between import Between, RecordedCall, changed, fields_of, written
from accredit.testing.conformance.bench.snapshot import differences, snapshot
from accredit.testing.conformance.bench.watch import READS, THREADS, descriptors, left_behind, watch


def test_a_thread_is_noticed_by_its_start_and_so_is_what_it_opens() -> None:
    def read() -> None:
        with open(os.devnull):
            pass

    with watch(*READS, *THREADS) as seen:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert set(seen) & set(THREADS)
    assert "open" in seen
    with watch(*READS) as seen:
        pass
    assert seen == []


def test_a_file_that_is_opened_to_be_written_is_told_apart() -> None:
    with watch("open") as seen:
        os.close(os.open(os.devnull, os.O_WRONLY))
        with open(os.devnull, "w"):
            pass
        with open(os.devnull):
            pass
    assert seen == ["open for writing", "open for writing", "open"]


def test_descriptors_are_read_and_given_back(capfd: pytest.CaptureFixture[str]) -> None:
    with descriptors() as said:
        os.write(1, b"one ")
        os.write(2, b"two")
    os.write(2, b"after")
    assert said == ["one two"]
    assert capfd.readouterr().err == "after"


def test_a_generator_that_the_loop_closes_is_left_out() -> None:
    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            closed.append(True)

    async def run() -> tuple[int, list[str]]:
        generator = numbers()
        await anext(generator)
        before = len(asyncio.all_tasks())
        with left_behind() as still:
            del generator
            gc.collect()
            await asyncio.sleep(0)  # the loop makes a task of it
            return len(asyncio.all_tasks()) - before, still()

    closed: list[bool] = []
    assert asyncio.run(run()) == (1, [])
    assert closed == [True]


def test_what_still_runs_is_named() -> None:
    async def run() -> tuple[list[str], list[str]]:
        with left_behind() as still:
            task = asyncio.create_task(asyncio.sleep(60))
            found = still()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return found, still()

    assert asyncio.run(run()) == (["task sleep"], [])


def test_fields_are_found_and_changed_wherever_they_stand() -> None:
    document = {"data": {"ids": ["a", {"id": 1}]}, "ok": True}
    places = {written(place): value for place, value in fields_of(document)}
    assert places == {"data.ids.0": "a", "data.ids.1.id": 1, "ok": True}
    assert changed(document, ("data", "ids", 1, "id"), 2) == {"data": {"ids": ["a", {"id": 2}]}, "ok": True}
    assert changed(document, ("data", "ids", 0), ...) == {"data": {"ids": [{"id": 1}]}, "ok": True}
    assert changed(document, ("ok",), ...) == {"data": document["data"]}
    assert document["ok"] is True


@pytest.mark.parametrize("place", [("other", "id"), ("ok", "id"), ("data", 0, "id")])
def test_another_answer_without_the_field_stays_as_it_is(place: tuple[str | int, ...]) -> None:
    document = {"ok": True, "data": []}
    assert changed(document, place, 1) == document


def test_between_passes_on_fails_and_changes_single_calls() -> None:
    async def provider(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"path": request.url.path})

    async def run() -> list[Any]:
        between = Between().before(httpx.MockTransport(provider))
        between.changing = {("GET", "/b"): lambda document: {**document, "more": 1}}
        between.failing = {("GET", "/c"): lambda: httpx.Response(503)}
        between.headers = {"X-Kit": "1"}
        said = []
        for path in "abc":
            response = await between.handle_async_request(httpx.Request("GET", f"https://provider.example/{path}"))
            said.append(
                (response.status_code, response.headers.get("x-kit"), json.loads(await response.aread() or "0"))
            )
        return [*said, [one.status for one in between.said]]

    a, b, c, statuses = asyncio.run(run())
    assert a == (200, "1", {"path": "/a"})
    assert b == (200, "1", {"path": "/b", "more": 1})
    assert c == (503, None, 0)
    assert statuses == [200, 200, 0]


def test_between_stands_in_front_of_something() -> None:
    with pytest.raises(RuntimeError, match="in front of nothing"):
        asyncio.run(Between().handle_async_request(httpx.Request("GET", "https://provider.example/")))


def test_a_key_set_is_known_by_its_keys() -> None:
    assert RecordedCall("GET", "/keys", (), 200, b'{"keys": []}').is_key_set
    assert not RecordedCall("GET", "/me", (), 200, b'{"keys": {}}').is_key_set
    assert not RecordedCall("GET", "/me", (), 502, b"<html>").is_key_set


class Keeper:
    """Can remember something in every place."""

    kept: ClassVar[set[str]] = set()
    queue: ClassVar[deque[str]] = deque()

    def __init__(self) -> None:
        self.nested: dict[str, list[Any]] = {"a": [1]}

    def of_default(self, seen: list[str] = []) -> list[str]:  # noqa: B006 - a place to remember something in
        return seen


def test_every_place_to_remember_something_in_is_compared() -> None:
    keeper = Keeper()
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("Keeper.kept", lambda: keeper.kept.add("x")),
        ("Keeper.queue", lambda: keeper.queue.append("x")),
        ("self.nested", lambda: keeper.nested["a"].append(2)),
        ("Keeper.of_default", lambda: keeper.of_default().append("x")),
        ("self.new", lambda: setattr(keeper, "new", 1)),
    )
    for name, step in steps:
        before = snapshot(keeper, object)
        assert differences(before, snapshot(keeper, object)) == []
        step()
        assert differences(before, snapshot(keeper, object)) == [name]
