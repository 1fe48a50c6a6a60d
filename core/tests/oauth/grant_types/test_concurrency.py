"""Many at once, over HTTP, against a real database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from core.tests.bench import Bench
from core.tests.oauth.support import log_in, refresh, token_bench

from accredit.storage import SqliteStorage


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Bench]:
    """An exchange on SQLite."""
    storage = SqliteStorage(str(tmp_path / "accredit.db"), clock=lambda: 0)
    async with token_bench({"tokens": {"leeway_s": 0}}, storage=storage) as one:
        yield one


@pytest.mark.threat(30)
async def test_of_many_refreshes_with_one_token_one_wins_and_its_family_dies(wire: Bench) -> None:
    bystander = (await log_in(wire))["refresh_token"]
    token = (await log_in(wire))["refresh_token"]
    answers = await asyncio.gather(*(refresh(wire, token) for _ in range(50)))

    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {answer.status_code for answer in answers if answer is not won[0]} == {403}
    assert (await refresh(wire, won[0].json()["refresh_token"])).status_code == 403
    assert (await refresh(wire, bystander)).status_code == 200


async def test_many_logins_refresh_side_by_side(wire: Bench) -> None:
    tokens = [(await log_in(wire))["refresh_token"] for _ in range(40)]
    for _ in range(3):
        answers = await asyncio.gather(*(refresh(wire, token) for token in tokens))
        assert {answer.status_code for answer in answers} == {200}
        tokens = [answer.json()["refresh_token"] for answer in answers]

    assert len(set(tokens)) == 40


@pytest.mark.threat(30, 42)
async def test_with_a_leeway_five_of_a_burst_are_served_and_all_successors_work(tmp_path: Path) -> None:
    storage = SqliteStorage(str(tmp_path / "leeway.db"), clock=lambda: 0)
    async with token_bench({"tokens": {"leeway_s": 5}}, storage=storage) as wire:
        token = (await log_in(wire))["refresh_token"]
        answers = await asyncio.gather(*(refresh(wire, token) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {200}

        successors = {answer.json()["refresh_token"] for answer in answers}
        assert len(successors) == 5
        again = await asyncio.gather(*(refresh(wire, successor) for successor in successors))
        assert {answer.status_code for answer in again} == {200}


@pytest.mark.threat(42)
async def test_a_sixth_use_within_the_leeway_is_reuse(tmp_path: Path) -> None:
    storage = SqliteStorage(str(tmp_path / "leeway.db"), clock=lambda: 0)
    async with token_bench({"tokens": {"leeway_s": 5}}, storage=storage) as wire:
        token, bystander = (await log_in(wire))["refresh_token"], (await log_in(wire))["refresh_token"]
        answers = await asyncio.gather(*(refresh(wire, token) for _ in range(230)))
        served = [answer for answer in answers if answer.status_code == 200]

        assert len(served) == 5
        for answer in served:
            assert (await refresh(wire, answer.json()["refresh_token"])).status_code == 403
        assert (await refresh(wire, bystander)).status_code == 200


async def test_a_user_blocked_in_the_middle_of_a_burst_is_out_at_its_end(wire: Bench) -> None:
    tokens = [(await log_in(wire))["refresh_token"] for _ in range(20)]
    answers = await asyncio.gather(
        *(refresh(wire, token) for token in tokens[:10]),
        wire.exchange.engine.storage.set_blocked("acme|1000", True),
        *(refresh(wire, token) for token in tokens[10:]),
    )

    for answer in answers:
        if answer is None:
            continue
        left = answer.json().get("refresh_token") or tokens[0]
        assert (await refresh(wire, left)).status_code == 403
