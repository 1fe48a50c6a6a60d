"""Spans leave for a collector, as OpenTelemetry's variables say; and one that is down harms nobody."""

import os
import socket
import time
from importlib.metadata import version

import pytest
from core.tests.bench import bench
from core.tests.traces.collector import collecting

from accredit import create_app
from accredit.cli.tools.traces import traced, traces_of
from accredit.errors import ConfigurationError
from accredit.settings import TracesSettings
from accredit.traces import Traces
from accredit.traces import provider as providers
from accredit.traces.provider import make_provider, stop


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)


async def test_a_login_arrives_at_a_collector_when_the_server_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with traces_of(TracesSettings(enabled=True)) as traces:
            assert traces is not None
            async with bench(plugins=[traces]) as wire:
                await wire.post()
        spans = collector.spans
    assert {"accredit exchange", "verify", "GET", "issue"} <= {span.name for span in spans}
    assert len({span.trace_id for span in spans}) == 1
    assert collector.resource["service.name"] == "accredit"
    assert collector.resource["service.version"] == version("accredit")
    assert collector.requests[0].resource_spans[0].scope_spans[0].scope.name == "accredit"


def test_the_name_of_the_service_is_what_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "login-eu")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=blue")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    attributes = make_provider().resource.attributes
    assert attributes["service.name"] == "login-eu"
    assert attributes["deployment.environment.name"] == "blue"


async def test_the_sampler_is_what_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        with traces_of(TracesSettings(enabled=True)) as traces:
            async with bench(plugins=[traces]) as wire:
                await wire.post()
    assert collector.requests == []


async def test_a_collector_that_is_down_makes_no_login_fail_and_a_stop_ends(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8")
    monkeypatch.setattr(providers, "PATIENCE_S", 0.5)
    with traces_of(TracesSettings(enabled=True)) as traces:
        async with bench(plugins=[traces]) as wire:
            answers = [(await wire.post()).status_code for _ in range(20)]
        began = time.monotonic()
    assert answers == [200] * 20
    assert time.monotonic() - began < 10
    assert len(caplog.records) < 10


def test_a_stop_waits_no_longer_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """A collector that takes a connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(providers, "PATIENCE_S", 0.2)
        provider = make_provider()
        provider.get_tracer("test").start_span("one").end()
        began = time.monotonic()
        stop(provider)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("OTEL_TRACES_EXPORTER", "console", "OTEL_TRACES_EXPORTER is console: `otlp` and `none`"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTEL_EXPORTER_OTLP_PROTOCOL is grpc: http/protobuf is"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is grpc: http/protobuf is"),
    ],
)
def test_what_there_is_not_is_said_at_the_start(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=told), traces_of(TracesSettings(enabled=True)):
        pass


def test_the_protocol_of_traces_counts_more_than_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert make_provider() is not None


def test_they_are_off_by_default() -> None:
    with traces_of(TracesSettings()) as traces:
        assert traces is None


@pytest.mark.parametrize("absent", ["opentelemetry", "opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"])
def test_without_the_extra_it_is_told_what_installs_it(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str) -> object:
        if name == absent:
            return None
        if name.startswith(f"{absent}."):
            raise ModuleNotFoundError
        return object()

    monkeypatch.setattr("importlib.util.find_spec", find)
    told = r'`traces.enabled` needs .*: pip install "accredit\[otel\]"'
    with pytest.raises(ConfigurationError, match=told), traces_of(TracesSettings(enabled=True)):
        pass


async def test_an_app_without_traces_is_served_as_it_is_and_with_them_but_for_its_probes() -> None:
    async with bench(plugins=[]) as wire:
        app = create_app(wire.exchange)
        assert traced(app, None, "https://login.example.com/") is app
        edge = traced(app, Traces(), "https://login.example.com/")
        assert app.paths - edge._paths == {"/healthz", "/readyz"}
