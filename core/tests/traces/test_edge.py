"""The span that a request to our own server is in."""

from typing import Any

import pytest
from core.tests.oauth.support import token_bench
from core.tests.traces.support import said, traced
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode, get_current_span

from accredit.traces import Traces


async def test_documents_have_a_span_too() -> None:
    async with traced() as bench:
        await bench.wire.client.get("/.well-known/jwks.json")
    assert bench.names() == ["GET /.well-known/jwks.json"]
    assert said(bench.spans[0])["http.response.status_code"] == 200


@pytest.mark.parametrize("path", ["/healthz", "/wp-login.php", "/oauth/access_token/"])
async def test_probes_and_paths_that_there_are_not_have_none(path: str) -> None:
    async with traced() as bench:
        await bench.wire.client.get(path)
    assert bench.names() == []


async def test_a_method_that_nobody_knows_is_not_shown() -> None:
    async with traced() as bench:
        await bench.wire.client.request("SPY-ADA", "/oauth/token")
    assert bench.names() == ["HTTP /oauth/token"]
    assert said(bench.spans[0])["http.request.method"] == "_OTHER"


async def test_an_endpoint_beside_the_exchange_is_one_span_with_what_its_event_says() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with token_bench(plugins=[Traces(provider)]) as wire:
        await wire.client.post("/oauth/revoke", data={"client_id": "app", "token": "nothing-of-ours"})
    [span] = exporter.get_finished_spans()
    assert span.name == "accredit token"
    assert said(span)["accredit.event"] == "token.revocation_ignored"
    assert 0 < (span.end_time or 0) - (span.start_time or 0) < 10_000_000_000


def edge_around(app: Any) -> tuple[Any, InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    edge = Traces(provider).around(app, paths=["/here"], issuer="https://login.example.com:8443/")
    return edge, exporter


SCOPE = {"type": "http", "path": "/here", "method": "GET", "headers": []}


async def test_what_an_app_raises_is_told_by_its_kind_and_raised() -> None:
    async def fails(*_: Any) -> None:
        raise ValueError("a secret")

    edge, exporter = edge_around(fails)
    with pytest.raises(ValueError, match="a secret"):
        await edge(dict(SCOPE), None, None)
    [span] = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert said(span)["error.type"] == "ValueError"
    assert said(span)["server.port"] == 8443
    assert "a secret" not in span.to_json()


async def test_after_a_request_no_span_is_current() -> None:
    async def app(*_: Any) -> None:
        assert get_current_span().is_recording()

    edge, _ = edge_around(app)
    await edge(dict(SCOPE), None, None)
    assert not get_current_span().get_span_context().is_valid


async def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def app(scope: Any, *_: Any) -> None:
        seen.append(scope["type"])

    edge, exporter = edge_around(app)
    await edge({"type": "lifespan"}, None, None)
    assert seen == ["lifespan"]
    assert exporter.get_finished_spans() == ()
