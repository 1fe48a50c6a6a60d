"""Hosts without an event loop, and a kit that is told to be silent."""

import pytest
from core.tests.bench import bench
from core.tests.traces.support import said
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from accredit import ProviderToken, create_app
from accredit.errors import ExchangeError
from accredit.sync import Verifier
from accredit.traces import Traces


def test_without_an_event_loop_a_request_is_a_child_of_its_callers_span_too() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    connections = {"facebook": {"app_id": "1", "app_secret": "2" * 32}}
    with (
        Verifier(connections=connections, plugins=[Traces(provider)]) as verifier,
        provider.get_tracer("shop").start_as_current_span("GET /cart") as own,
        pytest.raises(ExchangeError),
    ):
        verifier.verify("nowhere", ProviderToken.of("token"))
    [request] = [span for span in exporter.get_finished_spans() if span.name == "accredit exchange"]
    assert request.parent is not None
    assert request.parent.span_id == own.get_span_context().span_id
    assert said(request)["accredit.reason"] == "connection_not_found"


async def test_where_the_kit_is_disabled_everything_goes_on_without_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = Traces(provider)
    async with bench(plugins=[traces]) as wire:
        answer = await wire.post()
        app = create_app(wire.exchange)
        edge = traces.around(app, paths=app.paths, issuer="https://login.example.com/")
        sent: list[dict[str, object]] = []

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await edge({"type": "http", "method": "GET", "path": "/healthz", "headers": [], "client": None}, None, send)  # type: ignore[arg-type]  # nothing is read
        [(_, line)] = wire.log.events()
    assert (answer.status_code, sent[0]["status"]) == (200, 200)
    assert "trace_id" not in line
    assert exporter.get_finished_spans() == ()
