"""Rotation against a model: whatever logins, refreshes and pauses come, both agree on who gets in."""

from dataclasses import dataclass

import hypothesis
import hypothesis.strategies as st
import pytest
from core.tests.bench import NOW
from core.tests.oauth.support import log_in, refresh, token_bench

LEEWAY_S, TTL_S = 5, 40


@dataclass
class Issued:
    token: str
    family: int
    expires_at: float
    replaced_at: float | None = None


LOG_IN = st.just(("log in", 0))
REFRESH = st.tuples(st.just("refresh"), st.integers(0, 30))
PAUSE = st.tuples(st.just("pause"), st.sampled_from([1, LEEWAY_S - 1, LEEWAY_S, TTL_S - 1, TTL_S]))


@pytest.mark.threat(30)
@hypothesis.given(st.lists(LOG_IN | REFRESH | REFRESH | REFRESH | PAUSE, min_size=3, max_size=25))
@hypothesis.settings(max_examples=60)
async def test_any_history_lets_in_whom_the_model_lets_in(history: list[tuple[str, int]]) -> None:
    issued: list[Issued] = []
    dead: set[int] = set()
    async with token_bench({"tokens": {"leeway_s": LEEWAY_S, "refresh_ttl_s": TTL_S}}) as wire:
        for number, (what, choice) in enumerate([("log in", 0), *history]):
            now = wire.clock.now
            if what == "log in":
                token = (await log_in(wire, scope="offline_access"))["refresh_token"]
                issued.append(Issued(token, number, now + TTL_S))
            elif what == "pause":
                wire.clock.now = now + choice
            else:
                one = issued[choice % len(issued)]
                alive = one.family not in dead and now < one.expires_at
                spent = one.replaced_at is not None and now >= one.replaced_at + LEEWAY_S
                response = await refresh(wire, one.token)

                assert response.status_code == (200 if alive and not spent else 403), (number, one, now - NOW)
                if alive and spent:
                    dead.add(one.family)
                elif alive:
                    one.replaced_at = now if one.replaced_at is None else one.replaced_at
                    issued.append(Issued(response.json()["refresh_token"], one.family, one.expires_at))
