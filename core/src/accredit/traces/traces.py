"""The plugin: makes spans of every request, and says in its log line which."""

import time
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider

from accredit.audit.events import AnyEvent, RequestEvent, TrailEvent
from accredit.audit.readings import Readings, WatchesCommits
from accredit.hookspecs import hookimpl
from accredit.traces.attributes import noun_of, of_request
from accredit.traces.commits import Commits
from accredit.traces.edge import App, Edge, request_span
from accredit.traces.parts import Parts, clock

_NAME = "accredit"


class Traces:
    """Make spans of what happens in an exchange, or in several that share this object.

    Hand it to an exchange as a plugin. `tracer_provider` is where spans go, by default OpenTelemetry's own, which the
    host sets. Whatever span is current where the exchange is called becomes the parent of its request.
    """

    def __init__(self, tracer_provider: TracerProvider | None = None) -> None:
        self._tracer = trace.get_tracer(_NAME, version(_NAME), tracer_provider)
        self._parts = Parts(self._tracer)
        self._commits = Commits()

    def around(self, app: App, *, paths: Iterable[str], issuer: str) -> App:
        """Return `app` with a span around each request for one of `paths`, as a child of the caller's."""
        return Edge(app, self._tracer, paths=paths, issuer=issuer)

    @hookimpl
    def measure(self, readings: Readings) -> None:
        """Hear of the commits of an exchange."""
        if isinstance(readings, WatchesCommits):
            readings.watch_commits(self._commits.hear, mark=trace.get_current_span)

    @hookimpl
    def annotate(self, event: AnyEvent) -> Mapping[str, str] | None:
        """Make the spans of one request, and return which it is; of any other event, in which it has happened."""
        current = trace.get_current_span()
        span = self._span_of(event, current) if isinstance(event, RequestEvent) else current
        context = span.get_span_context()
        if not context.is_valid:
            return None
        return {"trace_id": format(context.trace_id, "032x"), "span_id": format(context.span_id, "016x")}

    def _span_of(self, event: RequestEvent, current: Span) -> Span:
        """Return the span of a request: the one that it is in at our own edge, else one of its own."""
        request = request_span()
        is_at_edge = request is not None and request is current
        span = current if is_at_edge else self._begun(event)
        if span.is_recording():
            span.set_attributes(of_request(event))
            if event.outcome == "failed":
                span.set_status(Status(StatusCode.ERROR))
            if isinstance(event, TrailEvent):
                self._parts.make(event, span, self._commits.of(current, since=event.began))
        if not is_at_edge:
            span.end()
        return span

    def _begun(self, event: RequestEvent) -> Span:
        began = event.began if isinstance(event, TrailEvent) else time.perf_counter() - event.duration_ms / 1000
        name = f"{_NAME} {noun_of(event)}"
        return self._tracer.start_span(name, kind=SpanKind.INTERNAL, start_time=clock()(began))
