from __future__ import annotations

import fcntl
import json
import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from core.tests.traces.collector import collecting
from core.tests.traces.support import PARENT

from accredit.cli.commands.serve import _affordable
from accredit.serving import open_files
from accredit.settings import Settings
from accredit.testing import serve

if TYPE_CHECKING:
    from core.tests.cli.conftest import AddDistribution, Install, Process, Run, Start


@pytest.fixture
def fake(site: Path, install: Install) -> Any:
    return install(site)


@pytest.fixture
def provider(fake: Any, tmp_path: Path) -> Iterator[Any]:
    """A running simulator, and in `tmp_path` a file for `accredit serve` with a connection to it."""
    simulator = fake.FakeSimulator()
    with serve(simulator.app()) as url:
        settings = simulator.settings(url)
        (tmp_path / "accredit.toml").write_text(
            f"""
            issuer = "https://login.example.com/"
            [connections.fake]
            app_id = "{settings["app_id"]}"
            app_secret = "{settings["app_secret"]}"
            api_url = "{url}"
            [clients.app]
            connections = ["fake"]
            """,
            "utf-8",
        )
        yield simulator
        simulator.let_go.set()


def ready(process: Process) -> str:
    """Read until the server listens; returns its base URL."""
    for line in process.stderr:
        if found := re.fullmatch(r"accredit: listening on (http://\S+:\d+), issuer https://login.example.com/\n", line):
            return found[1]
    raise AssertionError("it did not start")


def post(url: str, token: str, scope: str = "openid") -> httpx.Response:
    body = {"client_id": "app", "access_token": token, "connection": "fake", "scope": scope}
    return httpx.post(f"{url}/oauth/access_token", json=body, trust_env=False, timeout=60)


@pytest.mark.usefixtures("provider")
def test_it_serves_until_sigterm_and_writes_audit_events_to_stdout_only(start: Start, tmp_path: Path) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0") as process:
        url = ready(process)
        accepted = post(url, "fakesim-good-ada", "openid profile offline_access")
        refused = post(url, "fakesim-foreign-ada")
        process.send(signal.SIGTERM)
        code, out, err = process.end()

    assert url.startswith("http://127.0.0.1:")
    assert accepted.status_code == 200
    assert "server" not in accepted.headers
    assert refused.status_code == 401
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events] == ["exchange.accepted", "exchange.refused"]
    assert [event["reason"] for event in events] == ["ok", "wrong_audience"]
    assert code == 0
    assert "Traceback" not in err
    with closing(sqlite3.connect(tmp_path / "accredit.db")) as database:
        assert database.execute("SELECT subject FROM sessions").fetchall() == [("fake|1000000000000001",)]


@pytest.mark.usefixtures("provider")
def test_ctrl_c_is_a_clean_stop_too(start: Start) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0") as process:
        ready(process)
        process.send(signal.SIGINT)
        code, out, err = process.end()

    assert (code, out) == (0, "")
    assert "Traceback" not in err


@pytest.mark.usefixtures("provider")
def test_the_server_itself_loads_neither_the_upgrade_of_the_database_nor_the_testing_kit_nor_the_playground(
    start: Start,
) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0") as process:
        url = ready(process)
        for path in ("/", "/playground/runs/1", "/playground/page.css"):
            assert httpx.get(f"{url}{path}", trust_env=False).status_code == 404
        form = {"connection": "fake", "sample": "good-ada"}
        assert httpx.post(f"{url}/playground/send", data=form, trust_env=False).status_code == 404
        process.send(signal.SIGTERM)
        _, _, err = process.end()

    assert err.splitlines()[-1] == "loaded: []"


def test_a_request_in_flight_is_answered_before_it_stops(start: Start, provider: Any) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0") as process, ThreadPoolExecutor(1) as thread:
        url = ready(process)
        in_flight = thread.submit(post, url, "fakesim-slow-ada")
        assert provider.asked.wait(60)
        process.send(signal.SIGTERM)
        for line in process.stderr:
            if "Shutting down" in line:
                break
        provider.let_go.set()
        response = in_flight.result(60)
        code, out, _ = process.end()

    assert response.status_code == 200
    assert json.loads(out)["reason"] == "ok"
    assert code == 0


@pytest.mark.usefixtures("provider")
def test_the_database_survives_a_restart(start: Start, tmp_path: Path) -> None:
    for _ in range(2):
        with start("serve", "--config", "accredit.toml", "--port", "0") as process:
            assert post(ready(process), "fakesim-good-ada", "offline_access").status_code == 200
            process.send(signal.SIGTERM)
            process.end()

    with closing(sqlite3.connect(tmp_path / "accredit.db")) as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (2,)


def test_memory_needs_no_database(start: Start, provider: Any, tmp_path: Path) -> None:
    with start(
        "serve", "--config", "accredit.toml", "--port", "0", env={"ACCREDIT_STORAGE__URL": "memory://"}
    ) as process:
        assert post(ready(process), "fakesim-good-ada", "offline_access").status_code == 200
        process.send(signal.SIGTERM)
        code, _, _ = process.end()

    assert code == 0
    assert not (tmp_path / "accredit.db").exists()


def test_without_settings_it_says_how_to_name_them(run: Run) -> None:
    result = run("serve")

    assert result.exit_code == 2
    assert result.stderr == (
        "accredit: setting issuer: Field required (no file was read: pass --config FILE or set ACCREDIT_CONFIG)\n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= =", "is not valid TOML"),
        ('issuer = "http://login.example.com/"', "setting issuer: must start with https://"),
        ('issuer = "https://a.example/"\n[connections.nowhere]', "no installed distribution brings strategy 'nowhere'"),
        (
            'issuer = "https://a.example/"\n[connections.fake]\napp_id = "do-not-print-me"',
            "connection 'fake': setting app_secret: Field required; "
            "where settings are read from the environment too, set ACCREDIT_CONNECTIONS__FAKE__APP_SECRET",
        ),
    ],
)
@pytest.mark.usefixtures("fake")
def test_wrong_settings_are_told_in_a_sentence(run: Run, tmp_path: Path, text: str, message: str) -> None:
    config = tmp_path / "wrong.toml"
    config.write_text(text, "utf-8")

    result = run("serve", "--config", str(config))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("accredit: ")
    assert message in result.stderr
    assert "do-not-print-me" not in result.output
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "ACCREDIT_STORAGE__URL",
            "sqlite:///accredit.toml/accredit.db",
            "accredit: storage.url: the folder ",
        ),
        ("ACCREDIT_KEYS__PATH", "accredit.toml/keys.json", "accredit: keys.path: cannot use "),
    ],
)
def test_a_place_that_cannot_be_written_to_is_told_in_a_sentence(
    start: Start, variable: str, value: str, message: str
) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0", env={variable: value}) as process:
        code, out, err = process.end()

    assert (code, out) == (2, "")
    assert message in err
    assert "change keys.path" in err or "change storage.url" in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("provider")
def test_a_database_of_a_newer_version_is_left_alone(start: Start, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "accredit.db")) as database, database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")

    with start("serve", "--config", "accredit.toml", "--port", "0") as process:
        code, _, err = process.end()

    assert code == 2
    assert "was upgraded by a newer Accredit" in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(
    ("host", "cause"),
    [("127.0.0.1", "Address already in use"), ("a..b", "no host name"), ("192.0.2.1", "Cannot assign")],
)
def test_an_address_that_cannot_be_had_is_told_in_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str, cause: str
) -> None:
    monkeypatch.setenv("ACCREDIT_ISSUER", "https://login.example.com/")
    monkeypatch.setenv("ACCREDIT_STORAGE__URL", "memory://")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--host", host, "--port", str(port))

    assert result.exit_code == 2
    assert result.stderr.startswith(f"accredit: cannot listen on {host} port {port}: {cause}")
    assert result.stderr.endswith("; change --host or --port\n")


@pytest.mark.usefixtures("provider")
def test_it_listens_on_another_address_only_where_asked(start: Start) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0", "--host", "127.0.0.2") as process:
        url = ready(process)
        status = post(url, "fakesim-good-ada").status_code
        process.send(signal.SIGTERM)
        code, _, _ = process.end()

    assert url.startswith("http://127.0.0.2:")
    assert (status, code) == (200, 0)


@pytest.mark.usefixtures("fake")
def test_a_host_nobody_knows_is_told_in_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("ACCREDIT_ISSUER", "https://login.example.com/")
    monkeypatch.setenv("ACCREDIT_STORAGE__URL", "memory://")

    result = run("serve", "--host", "nowhere", "--port", "1")

    assert result.exit_code == 2
    assert result.stderr == (
        "accredit: cannot listen on nowhere port 1: Name or service not known; change --host or --port\n"
    )


def says(url: str, request: bytes) -> bytes:
    """Send a request as it is; returns all that is answered."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as client:
        client.sendall(request)
        answer = b""
        while part := client.recv(65_536):
            answer += part
        return answer


@pytest.mark.usefixtures("provider")
def test_its_connections_are_bounded(start: Start) -> None:
    environment = {"ACCREDIT_SERVER__MAX_HEADER_BYTES": "2000", "ACCREDIT_SERVER__KEEP_ALIVE_S": "0.2"}
    with start("serve", "--config", "accredit.toml", "--port", "0", env=environment) as process:
        url = ready(process)
        answers = [
            says(url, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"),  # and the connection ends when it is idle
            says(url, b"GET /healthz HTTP/1.1\r\n\r\n"),
            says(url, b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"a:\r\n" * 1000),
        ]
        process.send(signal.SIGTERM)
        code, _, _ = process.end()

    assert [answer.split()[1] for answer in answers] == [b"200", b"400", b"431"]
    assert code == 0


@pytest.mark.threat(54)
@pytest.mark.usefixtures("provider")
def test_a_stalled_reader_of_standard_output_stops_neither_logins_nor_the_end(start: Start) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0") as process:
        url = ready(process)
        fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
        with httpx.Client(trust_env=False, timeout=60) as client:
            statuses = {client.post(f"{url}/oauth/access_token").status_code for _ in range(100)}
        accepted = post(url, "fakesim-good-ada")
        process.send(signal.SIGTERM)
        code = process.wait()

    assert (statuses, accepted.status_code, code) == ({400}, 200, 0)


@pytest.mark.threat(54)
@pytest.mark.usefixtures("provider")
def test_a_stalled_reader_of_standard_error_stops_neither_logins_nor_the_end(start: Start) -> None:
    with start("serve", "--config", "accredit.toml", "--port", "0") as process:
        url = ready(process)
        fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, 4096)
        refused = {says(url, b"nonsense").split()[1] for _ in range(200)}
        accepted = post(url, "fakesim-good-ada")
        process.send(signal.SIGTERM)
        code = process.wait()

    assert (refused, accepted.status_code, code) == ({b"400"}, 200, 0)


def test_a_limit_of_open_files_that_leaves_fewer_connections_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(issuer="https://login.example.com/")
    monkeypatch.setattr(open_files, "allow_connections", lambda wanted, *, beside: min(wanted, 1124 - beside))
    assert _affordable(settings).max_connections == 924
    told = capsys.readouterr().err
    monkeypatch.setattr(open_files, "allow_connections", lambda wanted, *, beside: wanted)
    assert _affordable(settings).max_connections == 2000

    assert told == (
        "accredit: the limit of open files leaves 924 connections of server.max_connections = 2000: "
        "raise it (ulimit -n, LimitNOFILE=)\n"
    )
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("provider")
def test_metrics_are_on_an_address_of_their_own_where_they_are_wanted(start: Start) -> None:
    env = {"ACCREDIT_METRICS__ENABLED": "true", "ACCREDIT_METRICS__PORT": "0"}
    with start("serve", "--config", "accredit.toml", "--port", "0", env=env) as process:
        told = process.stderr.readline()
        while not (found := re.fullmatch(r"accredit: metrics at (http://127\.0\.0\.1:\d+/metrics)\n", told)):
            told = process.stderr.readline()
        url = ready(process)
        post(url, "fakesim-good-ada", "openid offline_access")
        public = httpx.get(f"{url}/metrics", trust_env=False)
        shown = httpx.get(found[1], trust_env=False).text
        process.send(signal.SIGTERM)
        code, _, _ = process.end()

    counts = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in shown.splitlines() if line[0] != "#"}
    accepted = 'accredit_request_duration_seconds_count{connection="fake",outcome="accepted",request="exchange"}'
    assert (public.status_code, code) == (404, 0)
    assert counts[accepted] == counts["accredit_storage_commits_total"] == counts["accredit_storage_changes_total"] == 1
    assert 0 <= counts["accredit_signing_key_age_seconds"] < 600
    assert (counts["accredit_in_flight"], counts["accredit_storage_queue"]) == (0, 0)


@pytest.mark.usefixtures("provider")
def test_traces_are_sent_to_a_collector_and_name_the_line_of_their_login(start: Start) -> None:
    with collecting() as collector:
        env = {"ACCREDIT_TRACES__ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        with start("serve", "--config", "accredit.toml", "--port", "0", env=env) as process:
            url = ready(process)
            body = {"client_id": "app", "connection": "fake", "access_token": "fakesim-good-ada"}
            headers = {"traceparent": PARENT}
            response = httpx.post(f"{url}/oauth/access_token", json=body, headers=headers, trust_env=False)
            httpx.get(f"{url}/healthz", trust_env=False)
            process.send(signal.SIGTERM)
            code, out, err = process.end()
        spans = {span.name: span for span in collector.spans}
    line = json.loads(out)
    request = spans["POST /oauth/access_token"]
    assert (response.status_code, code) == (200, 0)
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (PARENT[3:35], PARENT[36:52])
    assert (line["trace_id"], line["span_id"]) == (request.trace_id.hex(), request.span_id.hex())
    assert {"verify", "issue"} <= spans.keys()
    assert "GET /healthz" not in spans
    assert "ERROR" not in err


@pytest.mark.usefixtures("provider")
def test_a_collector_that_is_down_is_told_and_changes_neither_logins_nor_the_exit_code(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    env = {"ACCREDIT_TRACES__ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": nobody, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with start("serve", "--config", "accredit.toml", "--port", "0", env=env) as process:
        url = ready(process)
        answers = [post(url, "fakesim-good-ada").status_code for _ in range(3)]
        process.send(signal.SIGTERM)
        code, _, err = process.end()
    assert (answers, code) == ([200] * 3, 0)
    assert "encountered while exporting" in err


def test_a_variable_of_traces_that_asks_for_what_there_is_not_stops_the_start(start: Start, provider: Any) -> None:
    del provider
    env = {"ACCREDIT_TRACES__ENABLED": "true", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    with start("serve", "--config", "accredit.toml", "--port", "0", env=env) as process:
        code, _, err = process.end()
    assert code == 2
    assert "OTEL_EXPORTER_OTLP_PROTOCOL is grpc: http/protobuf is what there is" in err


POLICY = """
from accredit import AccessDenied, hookimpl

class Policy:
    def __init__(self, settings):
        self.who = settings["who"]

    @hookimpl
    async def authorize(self, login):
        raise AccessDenied(f"only for {self.who}")
"""


def test_a_plugin_that_the_settings_enable_refuses_a_login(
    provider: Any, site: Path, add_distribution: AddDistribution, start: Start, tmp_path: Path
) -> None:
    del provider
    add_distribution(site, "acme-policy", "3.1", {"acme-policy": "acme_policy:Policy"}, group="accredit.plugins")
    (site / "acme_policy.py").write_text(POLICY, "utf-8")
    env = {
        "ONLY_STRATEGIES": "fake,acme-policy",
        "ACCREDIT_PLUGINS__ENABLED": "acme-policy",
        "ACCREDIT_PLUGINS__ACME_POLICY__WHO": "staff",
    }
    with start("serve", "--config", "accredit.toml", "--port", "0", env=env) as process:
        refused = post(ready(process), "fakesim-good-ada")
        process.send(signal.SIGTERM)
        process.end()
    assert refused.status_code == 401
    assert refused.json()["error_description"] == "only for staff"


def test_an_enabled_plugin_that_is_not_installed_stops_the_start(provider: Any, start: Start) -> None:
    del provider
    with start("serve", "--config", "accredit.toml", env={"ACCREDIT_PLUGINS__ENABLED": "acme-policy"}) as process:
        code, _, err = process.end()
    assert code == 2
    told = "setting plugins.enabled: no installed distribution brings plugin 'acme-policy' (installed: none)"
    assert err.splitlines()[0] == f"accredit: {told}"
