"""Spans of a test, kept in memory, and a bench that makes them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from core.tests.bench import Bench, bench
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import Sampler

from accredit import create_app
from accredit.traces import Traces

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
"""Of the specification's own example."""
TRACE_ID, PARENT_ID = 0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331


@dataclass
class Traced:
    """A bench whose spans are kept."""

    wire: Bench
    provider: TracerProvider
    exporter: InMemorySpanExporter

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def named(self, name: str) -> ReadableSpan:
        [found] = [span for span in self.spans if span.name == name]
        return found

    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    def below(self, parent: ReadableSpan) -> list[ReadableSpan]:
        return [span for span in self.spans if span.parent and span.parent.span_id == parent.context.span_id]


def said(span: ReadableSpan) -> dict[str, Any]:
    """Return a span's attributes."""
    return dict(span.attributes or {})


@asynccontextmanager
async def traced(
    settings: Mapping[str, Any] | None = None,
    *,
    at_edge: bool = True,
    sampler: Sampler | None = None,
    plugins: tuple[object, ...] = (),
    **more: Any,
) -> AsyncIterator[Traced]:
    """Run a bench that makes spans, with an edge as `accredit serve` has it, or without, as a host has it."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(sampler=sampler, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces = Traces(provider)
    async with bench(settings, plugins=[traces, *plugins], **more) as wire:
        if at_edge:
            app = create_app(wire.exchange)
            edge = traces.around(app, paths=app.paths - {"/healthz"}, issuer=wire.exchange.settings.issuer)
            transport = httpx.ASGITransport(app=edge)
            wire.client = httpx.AsyncClient(transport=transport, base_url="https://login.example.com")
        yield Traced(wire, provider, exporter)
        await wire.client.aclose()
    provider.shutdown()
