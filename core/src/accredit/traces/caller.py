"""Which trace a caller is in: read in its headers, believed as far as it costs nothing.

A caller may be anybody. What it says becomes an id among others, and a wish to be sampled; it is bounded, and what is
malformed is as if it were not there: no error, and no line in a log that strangers could fill. Baggage is not read.

Source: https://www.w3.org/TR/trace-context/ sections 3.2, 3.3 and 4.3.
"""

import re
from collections.abc import Iterable

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TraceState, set_span_in_context

MOST_STATE_BYTES = 512
"""Of `tracestate`: so much everybody must pass on; of more than that, nothing is."""
MOST_STATE_MEMBERS = 32
_PARENT = re.compile(rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_KEY = r"[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13}"
"""As OpenTelemetry has it, narrower than the standard by now: of any other key it would write a line in the log."""
_MEMBER = re.compile(rf"({_KEY})=([ -+\--<>-~]{{1,256}})")
"""The text has no blank at its end: it was stripped."""
_MOST_PARENT_BYTES = 128
_KNOWN_FLAGS = 0b11
"""`sampled`, and `random`."""


def context_of(headers: Iterable[tuple[bytes, bytes]]) -> Context:
    """Return a context in which the caller's span is current; without any where there is no good one."""
    parents: list[bytes] = []
    states: list[bytes] = []
    for name, value in headers:
        if name == b"traceparent":
            parents.append(value)
        elif name == b"tracestate":
            states.append(value)
    if len(parents) != 1:  # two would be one that was forged
        return Context()
    parent = _span_of(parents[0], states)
    return Context() if parent is None else set_span_in_context(NonRecordingSpan(parent), Context())


def _span_of(value: bytes, states: list[bytes]) -> SpanContext | None:
    found = _PARENT.fullmatch(value.strip(b" \t")) if len(value) <= _MOST_PARENT_BYTES else None
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if more is not None and version == b"00":
        return None
    return SpanContext(
        trace_id=int(trace_id, 16),
        span_id=int(span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(int(flags, 16) & _KNOWN_FLAGS),
        trace_state=_state_of(states),
    )


def _state_of(values: list[bytes]) -> TraceState:
    """Return the members of all headers together, or none at all if one is wrong."""
    whole = b",".join(values)
    if len(whole) > MOST_STATE_BYTES:
        return TraceState()
    texts = [text for text in map(str.strip, whole.decode("latin-1").split(",")) if text]
    members = [_MEMBER.fullmatch(text) for text in texts]
    entries = [(member[1], member[2]) for member in members if member is not None]
    is_good = len(entries) == len(texts) == len(dict(entries)) <= MOST_STATE_MEMBERS
    return TraceState(entries) if is_good else TraceState()
