"""The parts of a request, as spans: steps, provider calls, commits. Made when all is over, of times that are known."""

import time
from collections.abc import Callable, Iterable, Iterator

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context

from accredit.audit.events import Check, ProviderEvent, TrailEvent
from accredit.provider.http import ProviderCall
from accredit.storage import Commit
from accredit.traces.attributes import Attributes, of_call, of_commit, path_of

LEAST_MS = 0.1
"""A step that has passed in less has no span: to make one takes a quarter of that. It stands in the event's checks."""
_ERROR = Status(StatusCode.ERROR)


def clock() -> Callable[[float], int]:
    """Return what makes times of `time.perf_counter` into nanoseconds since the epoch."""
    offset_ns = time.time_ns() - time.perf_counter_ns()
    return lambda seconds: offset_ns + int(seconds * 1e9)


class Parts:
    """Make the spans below that of a request."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def make(self, event: TrailEvent, request: Span, commits: Iterable[Commit]) -> None:
        """Make one for each step that took its time, or is the last; with the calls and the commits of its time."""
        epoch_ns = clock()
        below: list[tuple[float, Callable[[Context], None]]] = []
        if isinstance(event, ProviderEvent):
            below += [(call.began, self._call(call, epoch_ns)) for call in event.calls]
        below += [(commit.began, self._commit(commit, epoch_ns)) for commit in commits]
        context = set_span_in_context(request)
        for check, began, ended in _placed(event):
            if check.verdict == "passed" and check.duration_ms < LEAST_MS:
                continue
            step = self._step(check, event.reason, context, epoch_ns(began))
            inside = [make for at, make in below if began <= at < ended]
            if inside and step.is_recording():
                step_context = set_span_in_context(step)
                for make in inside:
                    make(step_context)
            step.end(epoch_ns(ended))

    def _step(self, check: Check, reason: str, context: Context, began_ns: int) -> Span:
        if check.verdict == "passed":
            return self._tracer.start_span(check.name, context, start_time=began_ns)
        said = {"accredit.verdict": check.verdict, "accredit.reason": reason}
        step = self._tracer.start_span(check.name, context, attributes=said, start_time=began_ns)
        if check.verdict == "failed":
            step.set_attribute("error.type", reason)
            step.set_status(_ERROR)
        return step

    def _call(self, call: ProviderCall, epoch_ns: Callable[[float], int]) -> Callable[[Context], None]:
        name = f"{call.method} {path_of(call)}".rstrip()
        return self._client_span(name, of_call(call), call.began, call.duration_ms / 1000, epoch_ns)

    def _commit(self, commit: Commit, epoch_ns: Callable[[float], int]) -> Callable[[Context], None]:
        return self._client_span("COMMIT", of_commit(commit), commit.began, commit.duration_s, epoch_ns)

    def _client_span(
        self, name: str, said: Attributes, began: float, duration_s: float, epoch_ns: Callable[[float], int]
    ) -> Callable[[Context], None]:
        def make(context: Context) -> None:
            kind, began_ns = SpanKind.CLIENT, epoch_ns(began)
            span = self._tracer.start_span(name, context, kind=kind, attributes=said, start_time=began_ns)
            if "error.type" in said:
                span.set_status(_ERROR)
            span.end(epoch_ns(began + duration_s))

        return make


def _placed(event: TrailEvent) -> Iterator[tuple[Check, float, float]]:
    """Return the steps with when they began and ended: each ends where the next begins, and the last with all."""
    ended = event.began + event.duration_ms / 1000
    at = ended - sum(check.duration_ms for check in event.checks) / 1000
    for check in event.checks:
        began, at = at, at + check.duration_ms / 1000
        yield check, began, at
