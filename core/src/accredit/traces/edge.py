"""The span that a request to `accredit serve` is in: current for all that is done for it, hooks of plugins too."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import context as contexts
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import AttributeValue

from accredit.traces.attributes import METHODS, OTHER_METHOD
from accredit.traces.caller import context_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_REQUEST = contexts.create_key("accredit-request")


def request_span() -> Span | None:
    """Return the span of the request that this is done for, None where no edge of ours is around it."""
    span = contexts.get_value(_REQUEST)
    return span if isinstance(span, Span) else None


class Edge:
    """An ASGI app around another one: a span around each request for one of `paths`.

    What else is asked for has none: a scanner asks for thousands of paths that there are not. `issuer` is our address,
    as callers know it.
    """

    def __init__(self, app: App, tracer: Tracer, *, paths: Iterable[str], issuer: str) -> None:
        self._app = app
        self._tracer = tracer
        self._paths = frozenset(paths)
        parts = urlsplit(issuer)
        self._ours: dict[str, AttributeValue] = {"url.scheme": parts.scheme, "server.address": parts.hostname or ""}
        if parts.port is not None:
            self._ours["server.port"] = parts.port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] not in self._paths:
            await self._app(scope, receive, send)
            return
        span = self._begun(scope)
        context = contexts.set_value(_REQUEST, span, set_span_in_context(span, contexts.Context()))
        token = contexts.attach(context)
        try:
            await self._app(scope, receive, _noting_status(send, span) if span.is_recording() else send)
        except Exception as exc:
            span.set_attribute("error.type", type(exc).__name__)  # its message may quote a secret
            span.set_status(Status(StatusCode.ERROR))
            raise
        finally:
            contexts.detach(token)
            span.end()

    def _begun(self, scope: Scope) -> Span:
        method, path = scope["method"], scope["path"]
        known = method in METHODS
        said = {
            **self._ours,
            "http.request.method": method if known else OTHER_METHOD,
            "http.route": path,
            "url.path": path,
        }
        name = f"{method if known else 'HTTP'} {path}"
        return self._tracer.start_span(name, context_of(scope["headers"]), kind=SpanKind.SERVER, attributes=said)


def _noting_status(send: Send, span: Span) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            span.set_attribute("http.response.status_code", status)
            if status >= 500:
                span.set_attribute("error.type", str(status))
                span.set_status(Status(StatusCode.ERROR))
        await send(message)

    return noting
