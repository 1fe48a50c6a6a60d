"""Calls through a real proxy on loopback, which speaks CONNECT and nothing else."""

import asyncio
import base64
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trustme
from core.tests.provider.server import Wire, always, answer, listening
from pydantic import SecretStr, ValidationError

from accredit.errors import ConfigurationError, ProviderUnavailable
from accredit.provider.http import ProviderHTTP
from accredit.provider.transport import PROXY, make_transport, proxy_for
from accredit.settings import ConnectionSettings, Settings

pytestmark = pytest.mark.slow

GOOD = answer(b'{"ok": true}')
PASSWORD = "pr0xy-s3cret"
API = "https://api.acme.example"


class Proxy:
    """What came to the proxy: the head of each CONNECT."""

    def __init__(self) -> None:
        self.port = 0
        self.heads: list[str] = []

    def url(self, user: str = "") -> str:
        return f"http://{user}127.0.0.1:{self.port}"


@asynccontextmanager
async def proxying(*, password: str | None = None) -> AsyncIterator[Proxy]:
    """Serve a proxy that tunnels to 127.0.0.1, whatever the name; with `password`, only for `user`."""
    proxy, tasks = Proxy(), set()
    wanted = None if password is None else base64.b64encode(f"user:{password}".encode()).decode()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
        finally:
            writer.close()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            proxy.heads.append(head)
            if wanted is not None and f"proxy-authorization: basic {wanted}".lower() not in head.lower():
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                return
            _, target, _ = head.split(" ", 2)
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with asyncio.TaskGroup() as group:
                group.create_task(pump(reader, far_writer))
                group.create_task(pump(far_reader, writer))
        except* (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # somebody has gone, or the test is over
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in filter(None, tasks):
            task.cancel()
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)
        await server.wait_closed()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return authority


@asynccontextmanager
async def provider(authority: trustme.CA) -> AsyncIterator[Wire]:
    """Serve a provider over TLS, under a name that only the proxy can reach."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("provider.test").configure_cert(context)
    async with listening(always(GOOD), tls=context) as wire:
        wire.url = wire.url.replace("127.0.0.1", "provider.test")
        yield wire


def client(transport: httpx.AsyncBaseTransport, url: str, proxy: str) -> ProviderHTTP:
    return ProviderHTTP(transport, urls=[url], timeout_s=5, max_response_bytes=1000, proxy=SecretStr(proxy))


@pytest.fixture
async def transport(authority: trustme.CA) -> AsyncIterator[httpx.AsyncBaseTransport]:
    transport = make_transport(max_connections=2)
    yield transport
    await transport.aclose()


async def test_a_call_goes_through_the_proxy_and_the_proxy_sees_its_host_alone(
    authority: trustme.CA, transport: httpx.AsyncBaseTransport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with provider(authority) as wire, proxying(password=PASSWORD) as proxy:
        http = client(transport, wire.url, proxy.url(f"user:{PASSWORD}@"))
        for _ in range(2):
            response = await http.get(f"{wire.url}/me", params={"access_token": "s3cret"})
            assert response.json_object() == {"ok": True}
    assert len(proxy.heads) == 1  # and is kept open
    assert proxy.heads[0].startswith(f"CONNECT {wire.url.removeprefix('https://')} HTTP/1.1\r\n")
    assert "s3cret" not in proxy.heads[0].replace(PASSWORD, "")
    assert [request.split("\r\n")[0] for request in wire.requests] == ["GET /me?access_token=s3cret HTTP/1.1"] * 2
    assert "proxy-authorization" not in "".join(wire.requests).lower()
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert PASSWORD not in logged
    assert base64.b64encode(f"user:{PASSWORD}".encode()).decode() not in logged
    assert PASSWORD not in repr((http.calls, transport.__dict__, vars(http)))


async def test_a_post_goes_through_it_too(authority: trustme.CA, transport: httpx.AsyncBaseTransport) -> None:
    async with provider(authority) as wire, proxying() as proxy:
        http = client(transport, wire.url, proxy.url())
        assert (await http.post(f"{wire.url}/token", reads_only=True)).status == 200
    assert len(proxy.heads) == 1


async def test_a_certificate_is_verified_behind_a_proxy_as_well(
    authority: trustme.CA, transport: httpx.AsyncBaseTransport
) -> None:
    async with provider(authority) as wire, proxying() as proxy:
        other = wire.url.replace("provider.test", "evil.test")
        with pytest.raises(ProviderUnavailable):
            await client(transport, other, proxy.url()).get(other)
        assert wire.requests == []


async def test_a_proxy_that_refuses_us_makes_the_provider_unavailable_and_no_call_goes_past_it(
    authority: trustme.CA, transport: httpx.AsyncBaseTransport
) -> None:
    async with provider(authority) as wire, proxying(password=PASSWORD) as proxy:
        wire.url = wire.url.replace("provider.test", "127.0.0.1")
        with pytest.raises(ProviderUnavailable) as refused:
            await client(transport, wire.url, proxy.url("user:wr0ng@")).get(wire.url)
        assert refused.value.detail == "call failed: ProxyError"
        assert (len(proxy.heads), wire.connections) == (1, 0)
    with pytest.raises(ProviderUnavailable):  # and now it is down
        await client(transport, wire.url, proxy.url()).get(wire.url)
    assert wire.connections == 0


async def test_each_connection_goes_its_own_way(authority: trustme.CA, transport: httpx.AsyncBaseTransport) -> None:
    async with provider(authority) as wire, proxying() as one, proxying() as two:
        for proxy in (one, two):
            await client(transport, wire.url, proxy.url()).get(wire.url)
        with pytest.raises(ProviderUnavailable):  # the name is known to the proxies alone
            await client(transport, wire.url.replace("test", "invalid"), "direct").get(
                wire.url.replace("test", "invalid")
            )
    assert (len(one.heads), len(two.heads)) == (1, 1)


async def test_what_is_on_loopback_without_tls_goes_directly(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(GOOD)) as wire, proxying() as proxy:
        assert (await client(transport, wire.url, proxy.url()).get(wire.url)).status == 200
    assert proxy.heads == []


async def test_whoever_asks_a_host_directly_shares_its_connections(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(GOOD)) as wire, proxying() as proxy:
        for way in ("direct", proxy.url(), "environment"):
            assert (await client(transport, wire.url, way).get(wire.url)).status == 200
    assert wire.connections == 1


async def test_one_proxy_carries_the_calls_to_several_hosts(
    authority: trustme.CA, transport: httpx.AsyncBaseTransport
) -> None:
    async with provider(authority) as first, provider(authority) as second, proxying() as proxy:
        for wire in (first, second):
            assert (await client(transport, wire.url, proxy.url()).get(wire.url)).status == 200
    assert [head.split()[1] for head in proxy.heads] == [wire.url.removeprefix("https://") for wire in (first, second)]


async def test_the_environment_is_read_only_where_it_is_asked_for(
    authority: trustme.CA, transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with provider(authority) as wire, proxying() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url())
        direct = wire.url.replace("provider.test", "127.0.0.1")
        with pytest.raises(ProviderUnavailable):  # the certificate is for another name: nobody was in between
            await client(transport, direct, "direct").get(direct)
        assert proxy.heads == []
        assert (await client(transport, wire.url, "environment").get(wire.url)).status == 200
        assert len(proxy.heads) == 1


async def test_the_environment_is_read_once_for_all_calls_to_a_host(
    authority: trustme.CA, transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with provider(authority) as wire, proxying() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url())
        assert (await client(transport, wire.url, "environment").get(wire.url)).status == 200
        monkeypatch.setattr("accredit.provider.transport.proxy.getproxies_environment", None)
        assert (await client(transport, wire.url, "environment").get(wire.url)).status == 200


@pytest.mark.parametrize(
    ("url", "proxy", "environ", "way"),
    [
        (API, "direct", {"HTTPS_PROXY": "http://p:1"}, None),
        (API, "http://p:2", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "http://p:2"),
        (API, "environment", {}, None),
        (API, "environment", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        (API, "environment", {"https_proxy": "p:1"}, "http://p:1"),
        (API, "environment", {"HTTP_PROXY": "http://p:1"}, None),
        (API, "environment", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "acme.example"}, None),
        (API, "environment", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "cme.example"}, "http://p:1"),
        (API, "environment", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x, api.acme.example:443"}, None),
        (API, "environment", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "api.acme.example:8443"}, "http://p:1"),
        (API, "environment", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ("http://127.0.0.1:9000", "environment", {"HTTPS_PROXY": "http://p:1", "HTTP_PROXY": "http://p:1"}, None),
        ("http://127.0.0.1:9000", "http://p:1", {}, None),
    ],
)
def test_a_way_is_chosen(
    monkeypatch: pytest.MonkeyPatch, url: str, proxy: str, environ: dict[str, str], way: str | None
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    chosen = proxy_for(url, SecretStr(proxy))
    assert (None if chosen is None else chosen.get_secret_value()) == way


@pytest.mark.parametrize("value", ["socks5://u:s3cret@p:1", "http://u:s3cret@p", "http://u:s3cret@p:x", "p q:1"])
def test_a_variable_that_names_no_proxy_is_told_without_its_value(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(ConfigurationError, match=r"^HTTPS_PROXY must be a URL such as") as refused:
        proxy_for(API, SecretStr("environment"))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "value",
    ["direct", "environment", "http://p:3128", "https://p:443", "http://u:s3cret@p:3128/", "http://[::1]:3128"],
)
def test_a_proxy_can_be_set(value: str) -> None:
    settings = Settings(issuer="https://login.example.com/", proxy=value)
    connection = ConnectionSettings(proxy=value)
    assert connection.proxy is not None
    assert settings.proxy.get_secret_value() == connection.proxy.get_secret_value() == value
    for shown in (repr(settings), repr(connection), settings.model_dump_json(), str(connection.model_dump())):
        assert "s3cret" not in shown


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Direct",
        "none",
        "p:3128",
        "http://p",
        "http://:3128",
        "http://p:99999",
        "http://u:s3cret@p:port",
        "socks5://u:s3cret@p:1080",
        "http://u:s3cret@p:3128/path",
        "http://u:s3cret@p:3128?x",
        "http://u:s3cret@p:3128#x",
        "http://u:s3cret@p:3128 ",
        "http://u:s3cret@p:3128\n",
    ],
)
def test_what_is_no_proxy_is_refused_without_its_value(value: str) -> None:
    with pytest.raises(ValidationError, match="must be direct, environment, or a URL such as") as refused:
        ConnectionSettings(proxy=value)
    assert "s3cret" not in str(refused.value)


async def test_closing_ends_the_connections_through_a_proxy(authority: trustme.CA) -> None:
    transport = make_transport(max_connections=2)
    async with provider(authority) as wire, proxying() as proxy:
        request = httpx.Request("GET", wire.url, extensions={PROXY: SecretStr(proxy.url())})
        response = await transport.handle_async_request(request)
        await response.aread()
        await response.aclose()
        await transport.aclose()
    assert len(proxy.heads) == 1
