"""An operator, or a machine that wakes up, sets the clock: what lasts for a while lasts as long, and logins go on."""

import httpx
import pytest
from core.tests.bench import bench
from core.tests.oauth.presented import introspect, userinfo
from core.tests.oauth.support import log_in, refresh, token_bench

DAY_S = 86_400
JUMPS = [DAY_S, -DAY_S, 3_600, -3_600]

pytestmark = pytest.mark.threat(56)


@pytest.mark.parametrize("jump_s", JUMPS)
async def test_logins_and_refreshes_go_on(jump_s: int) -> None:
    async with token_bench() as wire:
        kept = await log_in(wire)
        wire.clock.now += jump_s
        renewed = await refresh(wire, kept["refresh_token"])
        assert renewed.status_code == 200
        # A token that was issued since is good by the new clock, and the old clock's next one as well.
        fresh = await log_in(wire)
        assert (await userinfo(wire, fresh["access_token"])).status_code == 200
        assert (await refresh(wire, fresh["refresh_token"])).status_code == 200
        wire.clock.now -= jump_s
        assert (await refresh(wire, renewed.json()["refresh_token"])).status_code == 200


async def test_a_lifetime_goes_by_the_clock_that_is_set() -> None:
    async with token_bench() as wire:
        tokens = await log_in(wire)
        for jump_s, is_active in [(tokens["expires_in"] - 1, True), (120, False), (-2 * DAY_S, True)]:
            wire.clock.now += jump_s
            assert (await introspect(wire, tokens["access_token"])).json()["active"] is is_active


@pytest.mark.parametrize("jump_s", JUMPS)
async def test_an_open_breaker_is_closed_by_time_that_has_passed_and_by_no_clock(jump_s: int) -> None:
    async with bench({"limits": {"breaker_outages": 2, "provider_retries": 0}}) as wire:
        wire.provider.error = httpx.ConnectError("down")
        for _ in range(2):
            assert (await wire.post()).status_code == 503
        wire.provider.error = None
        asked = len(wire.provider.requests)
        wire.clock.now += jump_s
        refused = await wire.post()
        assert (refused.status_code, len(wire.provider.requests)) == (503, asked)
        assert 0 < int(refused.headers["retry-after"]) <= 60
        wire.clock.advance(60)
        assert (await wire.post()).status_code == 200


@pytest.mark.parametrize("jump_s", JUMPS)
async def test_what_a_provider_has_said_is_kept_as_long_as_ever(jump_s: int) -> None:
    async with bench({"connections": {"acme": {"cache_s": 30}}}) as wire:
        assert (await wire.post()).status_code == 200
        wire.clock.now += jump_s
        assert (await wire.post()).status_code == 200
        assert len(wire.provider.requests) == 1
        wire.clock.advance(31)
        assert (await wire.post()).status_code == 200
        assert len(wire.provider.requests) == 2
