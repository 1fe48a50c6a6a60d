"""The page that Prometheus reads."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from core.tests.bench import bench
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as text

from accredit.cli.tools.metrics import MetricsDoor, metrics_listener
from accredit.errors import ConfigurationError
from accredit.metrics import Metrics
from accredit.metrics.page import Page
from accredit.settings import MetricsSettings, ServerSettings


@asynccontextmanager
async def page(path: str = "/metrics", folder: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    metrics = Metrics(None)
    async with bench(plugins=[metrics]) as wire:
        await wire.post()
        transport = httpx.ASGITransport(Page(metrics, path=path, folder=folder))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9464") as client:
            yield client


async def test_it_answers_in_the_text_format_and_of_the_process_too() -> None:
    async with page() as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    families = {one.name for one in text(answer.text)}
    assert {"accredit_request_duration_seconds", "accredit_in_flight", "process_open_fds"} <= families


async def test_it_answers_in_openmetrics_to_who_prefers_that() -> None:
    async with page() as client:
        answer = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    found = {one.name: one for one in open_metrics(answer.text)}  # type: ignore[no-untyped-call]  # it has no types
    [count] = [
        one.value
        for one in found["accredit_request_duration_seconds"].samples
        if one.name == "accredit_request_duration_seconds_count"
    ]
    assert count == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("HEAD", "/numbers", 200), ("GET", "/metrics", 404), ("GET", "/numbers/", 404), ("POST", "/numbers", 405)],
)
async def test_it_is_at_its_path_only_and_to_be_read_only(method: str, path: str, status: int) -> None:
    async with page("/numbers") as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers.get("allow") == ("GET, HEAD" if status == 405 else None)


async def test_with_a_folder_it_shows_what_was_counted_there(tmp_path: Path) -> None:
    async with page(folder=str(tmp_path)) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert list(text(answer.text)) == []  # nobody has: this process counts for itself


async def test_it_is_served_on_an_address_of_its_own_and_ends_with_the_block() -> None:
    with metrics_listener(MetricsSettings(enabled=True, port=0, path="/m")) as listener:
        assert listener is not None
        door = MetricsDoor(MetricsSettings(enabled=True, path="/m"), listener)
        async with door.served(ServerSettings()), httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(door.url)
            address = listener.getsockname()[:2]
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"GET /m HTTP/1.1\r\nHost: a\r\n\r\n")
            assert await reader.read(12) == b"HTTP/1.1 200"
        await reader.read()  # to its end: the connection was closed
        writer.close()
    assert answer.status_code == 200
    assert door.url.startswith("http://127.0.0.1:")
    assert door.url.endswith("/m")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_it_is_off_by_default_and_listens_nowhere() -> None:
    with metrics_listener(MetricsSettings()) as listener:
        assert listener is None
    assert MetricsSettings().host == "127.0.0.1"


def test_an_address_that_cannot_be_had_is_told_by_its_settings() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = MetricsSettings(enabled=True, port=taken.getsockname()[1])
        with (
            pytest.raises(ConfigurationError, match=r"change metrics\.host or metrics\.port"),
            metrics_listener(settings),
        ):
            pass


def test_without_the_extra_it_is_told_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    told = r'`metrics.enabled` needs prometheus_client: pip install "accredit\[metrics\]"'
    with pytest.raises(ConfigurationError, match=told), metrics_listener(MetricsSettings(enabled=True)):
        pass
