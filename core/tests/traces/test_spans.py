"""Spans of what has happened: one a request, one a step, one a provider call, one a commit."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from core.tests.acme import Acme
from core.tests.audit.happenings import HAPPENINGS, SCOPE
from core.tests.bench import GOOD, URL
from core.tests.bench import bench as bench_without_spans
from core.tests.oauth.support import SECRET, token_bench
from core.tests.traces.support import TRACE_ID, Traced, said, traced
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from accredit import ExchangeRequest, ProviderToken, hookimpl
from accredit.errors import ExchangeError
from accredit.storage import SqliteStorage
from accredit.traces import Traces, parts


async def test_a_login_is_one_span_of_its_request_with_one_of_each_step_below_it() -> None:
    async with traced() as bench:
        answer = await bench.wire.post()
        request = bench.named("POST /oauth/access_token")
        steps = bench.below(request)
    assert answer.status_code == 200
    assert request.kind is SpanKind.SERVER
    assert request.parent is None
    assert said(request) == {
        "url.scheme": "https",
        "server.address": "login.example.com",
        "http.request.method": "POST",
        "http.route": URL,
        "url.path": URL,
        "http.response.status_code": 200,
        "accredit.event": "exchange.accepted",
        "accredit.reason": "ok",
        "accredit.client_id": "app",
        "accredit.connection": "acme",
        "accredit.verified_by": "provider",
    }
    assert request.status.status_code is StatusCode.UNSET
    [event] = bench.wire.events
    assert [step.name for step in steps] == [check.name for check in event.checks]
    assert {step.kind for step in steps} == {SpanKind.INTERNAL}
    assert [said(step) for step in steps] == [{}] * len(steps)


@pytest.mark.parametrize(("least_ms", "shown"), [(0.0, True), (100_000.0, False)])
async def test_a_step_that_took_no_time_has_no_span_unless_it_has_refused(
    least_ms: float, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LEAST_MS", least_ms)
    async with traced() as bench:
        await bench.wire.post(access_token="bad-token")
        assert ("find_connection" in bench.names()) is shown
        assert "verify" in bench.names()


async def test_steps_follow_one_another_within_their_request_and_take_what_the_event_says() -> None:
    async with traced() as bench:
        await bench.wire.post()
        request = bench.named("POST /oauth/access_token")
        steps = bench.below(request)
    times = [(step.start_time or 0, step.end_time or 0) for step in steps]
    assert (request.start_time or 0) <= times[0][0]
    assert times[-1][1] <= (request.end_time or 0)
    assert all(abs(before[1] - after[0]) <= 1000 for before, after in pairwise(times))
    for (began, ended), check in zip(times, bench.wire.events[0].checks, strict=True):
        assert abs((ended - began) / 1e6 - check.duration_ms) < 0.01


async def test_a_provider_call_is_a_client_span_below_the_step_that_made_it() -> None:
    async with traced() as bench:
        await bench.wire.post()
        call, step = bench.named("GET"), bench.named("verify")
    assert call.kind is SpanKind.CLIENT
    assert call.parent is not None
    assert call.parent.span_id == step.context.span_id
    assert (step.start_time or 0) <= (call.start_time or 0) <= (call.end_time or 0) <= (step.end_time or 0)
    assert said(call) == {
        "http.request.method": "GET",
        "server.address": "api.acme.example",
        "server.port": 443,
        "http.response.status_code": 200,
    }


async def test_the_path_of_a_call_is_told_only_where_the_strategy_says_that_it_names_no_user() -> None:
    class Fixed(Acme):
        paths_name_nobody = True

    async with traced(acme=Fixed) as bench:
        await bench.wire.post()
        assert said(bench.named("GET /me"))["url.template"] == "/me"


@pytest.mark.parametrize(("status", "kind"), [(503, "503"), (401, "401"), (None, "no_answer")])
async def test_a_call_that_went_wrong_says_how(status: int | None, kind: str) -> None:
    async with traced({"limits": {"provider_retries": 0}}) as bench:
        if status is None:
            bench.wire.provider.error = httpx.ConnectError("down")
        else:
            bench.wire.provider.answer = httpx.Response(status)
        await bench.wire.post()
        call = bench.named("GET")
    assert said(call)["error.type"] == kind
    assert said(call).get("http.response.status_code") == status
    assert call.status.status_code is StatusCode.ERROR
    assert call.status.description is None


async def test_a_refusal_says_which_step_refused_and_is_no_error() -> None:
    async with traced() as bench:
        await bench.wire.post(access_token="bad-token")
        request, step = bench.named("POST /oauth/access_token"), bench.named("verify")
    assert said(step) == {"accredit.verdict": "refused", "accredit.reason": "invalid_token"}
    assert step.status.status_code is request.status.status_code is StatusCode.UNSET
    assert said(request)["accredit.reason"] == "invalid_token"
    assert "error.type" not in said(request)


async def test_a_failure_is_an_error_of_the_step_and_of_the_request() -> None:
    async with traced() as bench:
        bench.wire.provider.error = httpx.ConnectError("down")
        answer = await bench.wire.post()
        request, step = bench.named("POST /oauth/access_token"), bench.named("verify")
    assert answer.status_code == 503
    assert step.status.status_code is request.status.status_code is StatusCode.ERROR
    assert said(step)["error.type"] == said(step)["accredit.reason"] == "provider_unavailable"
    assert said(request)["error.type"] == "503"  # by the edge, which comes last, as the conventions have it
    assert said(request)["accredit.reason"] == "provider_unavailable"


async def test_a_commit_is_a_span_below_the_step_that_waited_for_it(tmp_path: Path) -> None:
    async with traced(storage=SqliteStorage(str(tmp_path / "accredit.db"))) as bench:
        await bench.wire.post(scope=SCOPE)
        commit, step = bench.named("COMMIT"), bench.named("issue")
    assert commit.kind is SpanKind.CLIENT
    assert commit.parent is not None
    assert commit.parent.span_id == step.context.span_id
    assert said(commit) == {"db.system.name": "sqlite", "db.operation.name": "COMMIT", "accredit.commit.changes": 1}


async def test_a_commit_of_somebody_elses_changes_is_not_shown(tmp_path: Path) -> None:
    storage = SqliteStorage(str(tmp_path / "accredit.db"))

    class Commits:
        @hookimpl
        async def authorize(self) -> None:
            with trace.use_span(trace.INVALID_SPAN):
                await storage.first_use("somebody else's", 2_000_000_000)

    async with traced(storage=storage, plugins=(Commits(),)) as bench:
        await bench.wire.post(scope=SCOPE)
        assert storage.measured()["commits"] == 2
        assert bench.names().count("COMMIT") == 1
        assert [span.name for span in bench.below(bench.named("authorize"))] == []


async def test_the_log_line_names_the_span_of_its_request() -> None:
    async with traced() as bench:
        await bench.wire.post()
        context = bench.named("POST /oauth/access_token").context
        [(_, line)] = [one for one in bench.wire.log.events() if one[1]["event"] == "exchange.accepted"]
    assert line["trace_id"] == format(context.trace_id, "032x")
    assert line["span_id"] == format(context.span_id, "016x")


async def test_what_happens_beside_requests_is_in_no_trace() -> None:
    async with traced({"connections": {"acme": {"accept_unbound_tokens": True}}}) as bench:
        lines = [line for _, line in bench.wire.log.events()]
    assert [line["event"] for line in lines] == ["connection.accepts_unbound_tokens"]
    assert "trace_id" not in lines[0]
    assert bench.names() == []


@pytest.mark.threat(33)
@pytest.mark.parametrize("name", HAPPENINGS)
async def test_whatever_happens_shows_neither_secrets_nor_who_it_was(name: str) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with token_bench(plugins=[Traces(provider)]) as wire:
        tokens = (await wire.post(scope=SCOPE)).json()
        exporter.clear()
        await HAPPENINGS[name].act(wire, tokens)
    shown = "\n".join(span.to_json() for span in exporter.get_finished_spans())
    issued = [tokens[name] for name in ("access_token", "id_token", "refresh_token")]
    secrets = [GOOD["access_token"], SECRET, "bad-token", "s3cr3t", "wr0ng-secret", "nothing-of-ours", *issued]
    secrets += [token.rpartition(".")[2] for token in issued]
    assert [secret for secret in secrets if secret in shown] == []
    assert [somebody for somebody in ("acme|1000", "svc@clients", "Ada", "127.0.0.1") if somebody in shown] == []


async def hosted(bench: Traced) -> None:
    request = ExchangeRequest(client_id="app", connection="acme", token=ProviderToken.of("good-token"))
    await bench.wire.exchange(request)


async def test_in_a_host_the_span_of_a_request_is_a_child_of_the_hosts_own() -> None:
    async with traced(at_edge=False) as bench:
        with bench.provider.get_tracer("shop").start_as_current_span("GET /cart") as own:
            await hosted(bench)
        request = bench.named("accredit exchange")
        line = bench.wire.log.events()[-1][1]
        assert request.parent is not None
        assert request.parent.span_id == own.get_span_context().span_id
        assert request.kind is SpanKind.INTERNAL
        assert "verify" in {span.name for span in bench.below(request)}
        assert line["span_id"] == format(request.context.span_id, "016x")


async def test_in_a_host_without_a_span_of_its_own_each_request_is_a_trace() -> None:
    async with traced(at_edge=False) as bench:
        await hosted(bench)
        await hosted(bench)
        requests = [span for span in bench.spans if span.name == "accredit exchange"]
    assert [span.parent for span in requests] == [None, None]
    assert len({span.context.trace_id for span in requests}) == 2


async def test_the_span_of_a_host_is_left_open_and_as_it_is() -> None:
    async with traced(at_edge=False) as bench:
        with bench.provider.get_tracer("shop").start_as_current_span("GET /cart"):
            with pytest.raises(ExchangeError):
                await bench.wire.exchange.verify("nowhere", ProviderToken.of("good-token"))
            assert "GET /cart" not in bench.names()
        own = bench.named("GET /cart")
    assert said(own) == {}
    assert own.status.status_code is StatusCode.UNSET


async def test_without_a_tracer_provider_nothing_is_made_and_the_line_names_nothing() -> None:
    async with bench_without_spans(plugins=[Traces()]) as wire:
        answer = await wire.post()
        [(_, line)] = wire.log.events()
    assert answer.status_code == 200
    assert "trace_id" not in line


async def test_what_is_not_sampled_has_no_spans_and_its_line_names_its_trace_all_the_same() -> None:
    async with traced(sampler=ALWAYS_OFF) as bench:
        await bench.wire.post()
        [(_, line)] = bench.wire.log.events()
    assert bench.names() == []
    assert len(line["trace_id"]) == 32


async def test_a_hook_is_called_within_the_span_of_the_request() -> None:
    seen: list[int] = []

    class Calls:
        @hookimpl
        async def authorize(self) -> None:
            seen.append(trace.get_current_span().get_span_context().span_id)

    async with traced(plugins=(Calls(),)) as bench:
        await bench.wire.post()
        assert seen == [bench.named("POST /oauth/access_token").context.span_id]


async def test_a_provider_is_not_told_of_any_trace() -> None:
    async with traced() as bench:
        await bench.wire.client.post(
            URL,
            content=json.dumps(dict(GOOD)),
            headers={
                "Content-Type": "application/json",
                "traceparent": f"00-{TRACE_ID:032x}-00f067aa0ba902b7-01",
                "tracestate": "a=1",
                "baggage": "user=ada",
            },
        )
        sent: list[Any] = [request.headers for request in bench.wire.provider.requests]
    assert len(sent) == 1
    assert {"traceparent", "tracestate", "baggage"} & set(sent[0]) == set()
