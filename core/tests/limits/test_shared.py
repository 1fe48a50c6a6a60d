"""Limits hold for all nodes together; while those do not see each other, for each by itself."""

import pytest
from core.tests.bench import bench, merged
from core.tests.cache.nodes import sharing, told
from core.tests.limits.callers import TOO_MANY_ATTEMPTS, TOO_MANY_REQUESTS, At, assert_limited
from core.tests.valkey import Elsewhere, Valkey

from accredit.cache.redis import line
from accredit.settings.rates import RateSettings

_NO_RATES = ("enabled", "ipv6_prefix", "trusted_proxies")
pytestmark = pytest.mark.slow
Server = Valkey | Elsewhere
_OFF = dict.fromkeys([name for name in RateSettings.model_fields if name not in _NO_RATES], "off")


def limiting(server: Server, **limits: str) -> dict[str, object]:
    return merged(sharing(server.url), {"limits": limits})


async def test_calls_are_counted_for_all_nodes_together(valkey: Server) -> None:
    settings = limiting(valkey, client="2/minute")
    async with bench(settings) as one, bench(settings) as other:
        assert [(await At(which).log_in()).status_code for which in (one, other, one)] == [200, 200, 429]
        refused = await At(other).log_in()
        assert_limited(refused, TOO_MANY_REQUESTS, amount=2)
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        heard = [event.is_repeated for event in (*one.events, *other.events) if event.reason == "too_many_requests"]
        assert heard == [False, True]


async def test_failed_attempts_are_counted_for_all_nodes_together(valkey: Server) -> None:
    settings = limiting(valkey, failed_attempts="2/minute")
    async with bench(settings) as one, bench(settings) as other:
        for which in (one, other):
            assert (await At(which).log_in(access_token="wrong")).status_code == 401
        assert_limited(await At(one).log_in(), TOO_MANY_ATTEMPTS, amount=2)


async def test_who_has_failed_too_often_uses_up_nothing_of_others(valkey: Server) -> None:
    settings = limiting(valkey, failed_attempts="1/minute", client="3/minute")
    async with bench(settings) as one:
        await At(one).log_in(access_token="wrong")
        for _ in range(5):
            assert_limited(await At(one).log_in(), TOO_MANY_ATTEMPTS, amount=1)
        assert (await At(one, "203.0.113.77").log_in()).status_code == 200


async def test_a_window_ends(valkey: Server) -> None:
    async with bench(limiting(valkey, **_OFF | {"client": "1/minute"})) as one:
        await At(one).log_in()
        [key] = valkey.execute("KEYS", "accredit:{limits}:*")
        assert 50_000 < valkey.execute("PTTL", key) <= 60_000
        valkey.execute("DEL", key)
        assert (await At(one).log_in()).status_code == 200


async def test_a_counter_that_has_lost_its_end_gets_another(valkey: Server) -> None:
    async with bench(limiting(valkey, **_OFF | {"client": "5/minute"})) as one:
        await At(one).log_in()
        [key] = valkey.execute("KEYS", "accredit:{limits}:*")
        valkey.execute("PERSIST", key)
        await At(one).log_in()
        assert valkey.execute("PTTL", key) > 0


async def test_all_that_is_counted_for_a_call_is_asked_at_once(valkey: Server) -> None:
    async with bench(limiting(valkey)) as one:
        await At(one).log_in()
        before = _scripts(valkey)
        await At(one).log_in()
        assert _scripts(valkey) - before == 3  # limits of the call, what is known of the token, limits of the user
        await At(one).log_in(access_token="wrong")
        await one.exchange.close()  # with what is not waited for
        assert _scripts(valkey) - before == 7  # limits, what is known, the lease that is given back, what has failed


async def test_a_login_without_limits_asks_nothing_for_them(valkey: Server) -> None:
    async with bench(limiting(valkey, **_OFF)) as one:
        assert (await At(one).log_in()).status_code == 200
        assert (await At(one).log_in(access_token="wrong")).status_code == 401
        assert valkey.execute("KEYS", "accredit:{limits}:*") == []


async def test_while_it_is_away_each_node_counts_for_itself(
    own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "FIRST_REST_S", 60)
    settings = limiting(own_valkey, client="1/minute", failed_attempts="1/minute", failed_attempts_by_token="off")
    async with bench(settings) as one, bench(settings) as other:
        own_valkey.kill()
        for which in (one, other):
            assert (await At(which).log_in()).status_code == 200
            refused = await At(which).log_in()
            assert_limited(refused, TOO_MANY_REQUESTS, amount=1)
            assert refused.headers["retry-after"] == "60"
            await At(which, "203.0.113.78").log_in(client_id="unknown", access_token="wrong")
            assert which.exchange.engine.degraded == ("cache",)
            assert "limits.storage_failed" not in [event.name for event in which.heard]
            assert told(which) == []


def _scripts(server: Server) -> int:
    """Return how many scripts it has run."""
    calls: int = server.execute("INFO", "commandstats")["cmdstat_eval"]["calls"]
    return calls
