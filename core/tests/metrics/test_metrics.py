"""Metrics count what has happened, by labels that nobody outside can choose."""

import datetime as dt
import gc
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from core.tests.acme import Acme
from core.tests.audit.happenings import HAPPENINGS, SCOPE
from core.tests.bench import GOOD, SETTINGS, Observer, bench
from core.tests.oauth.support import SECRET, token_bench
from prometheus_client import REGISTRY, CollectorRegistry

from accredit.audit.events import OperationalEvent, VerifyEvent
from accredit.audit.readings import Reading
from accredit.errors import Overloaded, PluginError
from accredit.hookspecs import hookimpl
from accredit.metrics import Metrics, labels
from accredit.metrics.instruments import INSTRUMENTS
from accredit.provider.http import ProviderCall
from accredit.storage import SqliteStorage
from accredit.strategy import ApiVersion


def counted(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return one sample, None where there is none."""
    registry = CollectorRegistry()
    registry.register(metrics)
    return registry.get_sample_value(name, labels)


def samples(metrics: Metrics) -> list[tuple[str, dict[str, str], float]]:
    return [(one.name, one.labels, one.value) for metric in metrics.collect() for one in metric.samples]


async def test_a_login_is_counted_with_its_time_its_calls_and_its_signatures() -> None:
    metrics = Metrics(None)
    async with bench(plugins=[metrics]) as wire:
        await wire.post(scope=SCOPE)
        await wire.post(scope="offline_access")

    request = {"request": "exchange", "connection": "acme", "outcome": "accepted"}
    assert counted(metrics, "accredit_request_duration_seconds_count", **request) == 2
    assert (counted(metrics, "accredit_request_duration_seconds_sum", **request) or 0) > 0
    calls = {"connection": "acme", "endpoint": "api.acme.example", "answer": "2xx"}
    made = sum(len(event.calls) for event in wire.events)
    assert counted(metrics, "accredit_provider_call_duration_seconds_count", **calls) == made > 0
    assert counted(metrics, "accredit_signatures_total", token="access_token") == 2
    assert counted(metrics, "accredit_signatures_total", token="id_token") == 1


async def test_endpoints_are_told_apart_by_paths_only_where_a_strategy_says_that_these_name_no_user() -> None:
    class Fixed(Acme):
        paths_name_nobody = True

    seen = []
    for acme in (Fixed, Acme):
        metrics = Metrics(None)
        async with bench(plugins=[metrics], acme=acme) as wire:
            await wire.post()
            seen.append({labels["endpoint"] for _, labels, _ in samples(metrics) if "endpoint" in labels})
    assert seen == [{"api.acme.example/me"}, {"api.acme.example"}]


async def test_each_commit_of_a_storage_that_tells_of_them_is_timed(tmp_path: Path) -> None:
    metrics, storage = Metrics(None), SqliteStorage(str(tmp_path / "accredit.db"))
    async with bench(plugins=[metrics], storage=storage) as wire:
        await wire.post(scope=SCOPE)
        made = storage.measured()["commits"]
    assert counted(metrics, "accredit_storage_commit_duration_seconds_count") == made > 0
    assert (counted(metrics, "accredit_storage_commit_duration_seconds_sum") or 0) > 0


async def test_the_day_on_which_an_api_version_ends_is_shown_in_epoch_seconds() -> None:
    class Ends(Acme):
        @property
        def api_version(self) -> ApiVersion:
            return ApiVersion(name="v7", ends_on=dt.date(2027, 5, 1), source="https://acme.example/versions")

    metrics = Metrics(None)
    async with bench(plugins=[metrics], acme=Ends):
        names = [dict(labels, name=name) for name, labels, _ in samples(metrics)]
        name = "accredit_api_version_end_timestamp_seconds"
        assert counted(metrics, name, connection="acme") == dt.datetime(2027, 5, 1, tzinfo=dt.UTC).timestamp()
        assert [one for one in names if one["name"] == name and one["connection"] == "globex"] == []


def test_what_runs_is_shown_by_its_versions() -> None:
    labels = {"version": version("accredit"), "python": platform.python_version()}
    assert counted(Metrics(None), "accredit_build_info", **labels) == 1


async def test_who_has_said_it_is_counted() -> None:
    metrics = Metrics(None)
    async with bench({"connections": {"acme": {"cache_s": 30}}}, plugins=[metrics]) as wire:
        for token in ("good-token", "good-token", "bad-token"):
            await wire.post(access_token=token)

    by = [counted(metrics, "accredit_verifications_total", connection="acme", by=by) for by in ("provider", "cache")]
    assert by == [2, 1] == [[event.verified_by for event in wire.events].count(by) for by in ("provider", "cache")]


async def test_a_call_over_a_rate_is_counted_by_the_setting_of_the_rate() -> None:
    metrics = Metrics(None)
    async with bench({"limits": {"client": "1/minute"}}, plugins=[metrics]) as wire:
        statuses = [(await wire.post()).status_code for _ in range(4)]

    assert statuses == [200, 429, 429, 429]
    assert counted(metrics, "accredit_limited_total", limit="client") == 3
    limited = {"request": "exchange", "connection": "acme", "outcome": "limited"}
    limited["connection"] = wire.events[-1].connection or "none"
    assert counted(metrics, "accredit_request_duration_seconds_count", **limited) == 3


async def test_a_provider_that_is_down_and_who_is_turned_away_are_read() -> None:
    metrics = Metrics(None)
    settings = {"limits": {"breaker_outages": 1, "max_exchanges": 1}}
    async with bench(settings, plugins=[metrics]) as wire:
        assert counted(metrics, "accredit_circuit_open", connection="acme") == 0
        wire.provider.error = httpx.ConnectError("down")
        await wire.post()
        admission = wire.exchange.engine.providers.admission
        with admission.refresh(), pytest.raises(Overloaded), admission.refresh():
            pass
        assert counted(metrics, "accredit_circuit_open", connection="acme") == 1
        assert counted(metrics, "accredit_circuit_open", connection="globex") == 0
        assert counted(metrics, "accredit_provider_in_flight", connection="acme") == 0
        assert counted(metrics, "accredit_turned_away_total") == 1


async def test_a_refusal_is_counted_by_its_reason_and_signs_nothing() -> None:
    metrics = Metrics(None)
    async with bench(plugins=[metrics]) as wire:
        await wire.post(access_token="bad-token")

    refused = {"request": "exchange", "connection": "acme", "reason": "invalid_token"}
    assert counted(metrics, "accredit_requests_not_accepted_total", **refused) == 1
    assert counted(metrics, "accredit_signatures_total", token="access_token") == 0


@pytest.mark.threat(33)
@pytest.mark.parametrize("name", HAPPENINGS)
async def test_whatever_happens_is_counted_once_and_shows_neither_secrets_nor_who_it_was(name: str) -> None:
    metrics, observer = Metrics(None), Observer()
    async with token_bench(plugins=[metrics, observer]) as wire:
        tokens = (await wire.post(scope=SCOPE)).json()
        await HAPPENINGS[name].act(wire, tokens)
    assert total(metrics) == len(observer.heard) > 1
    shown = repr(samples(metrics))
    issued = [tokens[name] for name in ("access_token", "id_token", "refresh_token")]
    secrets = [GOOD["access_token"], SECRET, "bad-token", "s3cr3t", "wr0ng-secret", "nothing-of-ours", *issued]
    secrets += [token.rpartition(".")[2] for token in issued]
    assert [secret for secret in secrets if secret in shown] == []
    assert [somebody for somebody in ("'app'", "'svc'", "acme|1000", "svc@clients") if somebody in shown] == []


def total(metrics: Metrics) -> float:
    names = {"accredit_request_duration_seconds_count", "accredit_events_total"}
    return sum(value for name, _, value in samples(metrics) if name in names)


async def test_nothing_that_a_caller_can_choose_becomes_a_label() -> None:
    metrics = Metrics(None)
    async with bench(plugins=[metrics]) as wire:
        for number in range(5):
            await wire.post(connection=f"stranger-{number}")
            await wire.post(client_id=f"stranger-{number}")
            await wire.post(access_token=f"stranger-{number}")
            form = {"grant_type": f"stranger-{number}", "client_id": f"stranger-{number}"}
            await wire.client.post("/oauth/token", data=form)
        first = len(samples(metrics))
        await wire.post(connection="stranger-99", client_id="stranger-99")
        shown = samples(metrics)

    assert len(shown) == first
    assert "stranger" not in repr(shown)
    assert {labels["connection"] for _, labels, _ in shown if "connection" in labels} == {
        *SETTINGS["connections"],
        "none",
    } - {"off"}


def event(connection: str = "", status: int | None = None) -> VerifyEvent:
    calls = (ProviderCall("GET", "https://provider.example/", status, 1.0),)
    return VerifyEvent(outcome="accepted", status=200, connection=connection, calls=calls)


def test_of_too_many_connections_the_rest_is_one_and_is_counted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MOST_VALUES", 2)
    metrics = Metrics(None)
    for number in range(5):
        metrics.observe(event(f"c{number}"))
    by_connection = {
        labels["connection"]: value
        for name, labels, value in samples(metrics)
        if name == "accredit_request_duration_seconds_count"
    }
    assert by_connection == {"c0": 1, "c1": 1, "other": 3}


def test_what_is_remembered_of_a_providers_statuses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.metrics.metrics.MOST_SERIES", 2)
    metrics = Metrics(None)
    for status in (None, 200, 204, 302, 404, 429, 500, 999):
        metrics.observe(event("acme", status))
    found = {
        labels["answer"]: value
        for name, labels, value in samples(metrics)
        if name == "accredit_provider_call_duration_seconds_count"
    }
    assert found == {"none": 1, "2xx": 2, "3xx": 1, "4xx": 2, "5xx": 1, "other": 1}


def test_an_alert_is_counted_by_its_name_and_reason() -> None:
    metrics = Metrics(None)
    metrics.observe(OperationalEvent(name="readiness.lost", level="critical", alert=True))
    assert counted(metrics, "accredit_alerts_total", event="readiness.lost", reason="none") == 1
    assert counted(metrics, "accredit_events_total", event="readiness.lost") == 1


async def test_what_is_in_flight_and_the_age_of_the_key_are_read_when_they_are_asked_for() -> None:
    metrics = Metrics(None)
    async with bench(plugins=[metrics]) as wire:
        seen: list[float | None] = []

        class Looks:
            @hookimpl
            async def authorize(self) -> None:
                seen.append(counted(metrics, "accredit_in_flight"))

        async with bench(plugins=[metrics, Looks()]) as other:
            await other.post()
            seen.append(counted(metrics, "accredit_in_flight"))
        del wire

    assert seen == [1, 0]


async def test_an_exchange_that_is_gone_is_read_no_more() -> None:
    metrics = Metrics(None)
    async with bench(plugins=[metrics]):
        assert len(metrics._gauges._sources) == 1
    gc.collect()
    assert len(metrics._gauges._sources) == 0


class Fixed:
    def __init__(self, *readings: Reading) -> None:
        self.readings = readings

    def __call__(self) -> Iterable[Reading]:
        return self.readings


def test_levels_of_several_exchanges_are_added_ages_are_not_and_counts_never_fall() -> None:
    metrics = Metrics(None)
    one = Fixed(
        Reading("in_flight", 3), Reading("signing_key_age_s", 50), Reading("storage_commits", 7), Reading("new", 1)
    )
    two = Fixed(Reading("in_flight", 2), Reading("signing_key_age_s", 90), Reading("storage_commits", 1))
    metrics.measure(one)
    metrics.measure(two)
    names = ("accredit_in_flight", "accredit_signing_key_age_seconds", "accredit_storage_commits_total")
    assert [counted(metrics, name) for name in names] == [5, 90, 8]
    one.readings = (Reading("storage_commits", 9),)
    two.readings = (Reading("storage_commits", 0),)  # its storage was opened anew
    assert [counted(metrics, name) for name in names] == [0, 0, 10]


async def test_without_a_plugin_that_wants_them_nobody_reads_and_a_hook_that_fails_stops_the_start() -> None:
    class Fails:
        @hookimpl
        def measure(self) -> None:
            raise ValueError("no")

    with pytest.raises(PluginError, match="hook measure failed: ValueError"):
        async with bench(plugins=[Fails()]):
            pass


def test_by_default_it_is_in_prometheus_own_registry() -> None:
    metrics = Metrics()
    try:
        metrics.observe(event("acme", 200))
        labels = {"request": "verify", "connection": "acme", "outcome": "accepted"}
        assert REGISTRY.get_sample_value("accredit_request_duration_seconds_count", labels) == 1
    finally:
        REGISTRY.unregister(metrics)


def test_every_metric_is_of_the_table() -> None:
    metrics = Metrics(None)
    families = {one.name for one in metrics.collect()}
    assert families == {one.name.removesuffix("_total") for one in INSTRUMENTS}
