"""The page that Prometheus reads, for `accredit serve`. A host has its own, or Prometheus' `make_asgi_app`."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from accredit.metrics.metrics import Metrics

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Page:
    """An ASGI app that answers at `path`, in the text format, or in OpenMetrics for who prefers that.

    `metrics` are those of this process. With `folder`, where several processes count, everybody's are shown.
    """

    def __init__(self, metrics: Metrics, *, path: str, folder: str | None = None) -> None:
        self._metrics = metrics
        self._path = path
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        if scope["path"] != self._path:
            await _answer(send, 404)
        elif scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, allow="GET, HEAD")
        else:
            accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
            body, content_type = self.text(accept.decode("latin-1"))
            await _answer(send, 200, body, **{"content-type": content_type})

    def text(self, accept: str) -> tuple[bytes, str]:
        """Return everything as it is now, and its media type."""
        encode, content_type = choose_encoder(accept)
        registry = CollectorRegistry()
        for collector in self._collectors():
            registry.register(collector)
        return encode(registry), content_type

    def _collectors(self) -> Iterable[Collector]:
        if self._folder is None:
            return self._metrics, ProcessCollector(registry=None)
        self._metrics.refresh()
        merged: Collector = MultiProcessCollector(None, self._folder)  # type: ignore[no-untyped-call]  # it has no types
        return (merged,)


async def _answer(send: Send, status: int, body: bytes = b"", **headers: str) -> None:
    told = {**headers, "content-length": str(len(body)), "cache-control": "no-store"}
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
