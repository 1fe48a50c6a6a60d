"""Our transport on loopback: shares, repeats, addresses, TLS, and what is left behind."""

import asyncio
import errno
import gc
import os
import resource
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
import uvloop
from core.tests.provider.server import always, answer, listening

from accredit.provider.transport import READS_ONLY, make_transport
from accredit.provider.transport.causes import lacks_descriptors
from accredit.provider.transport.connection import READ_AHEAD_BYTES, Connection

pytestmark = pytest.mark.slow

GOOD = answer(b'{"ok": true}')
Loop = Callable[[], asyncio.AbstractEventLoop]


@pytest.fixture
async def transport() -> AsyncIterator[httpx.AsyncBaseTransport]:
    transport = make_transport(max_connections=2)
    yield transport
    await transport.aclose()


async def call(
    transport: httpx.AsyncBaseTransport,
    url: str,
    method: str = "GET",
    *,
    reads_only: bool | None = None,
    body: bytes = b"",
) -> httpx.Response:
    extensions = {} if reads_only is None else {READS_ONLY: reads_only}
    request = httpx.Request(method, url, content=body, extensions=extensions)
    response = await transport.handle_async_request(request)
    try:
        await response.aread()
    finally:
        await response.aclose()
    return response


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - nothing tells us; the test's own time-out ends it
        await asyncio.sleep(0.001)


def resolving(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> list[str]:
    """Let every name have these addresses; returns the names that were looked up."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, *args: object, **kwargs: object) -> list[Any]:
        asked.append(host)
        kind = socket.SOCK_STREAM
        return [
            (socket.AF_INET6, kind, 6, "", (one, port, 0, 0))
            if ":" in one
            else (socket.AF_INET, kind, 6, "", (one, port))
            for one in hosts
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


# Shares.


@pytest.mark.threat(52)
async def test_a_provider_that_hangs_does_not_keep_another_waiting(transport: httpx.AsyncBaseTransport) -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with listening(hang) as hung, listening(always(GOOD)) as other:
        waiting = [asyncio.create_task(call(transport, hung.url)) for _ in range(5)]
        await until(lambda: len(hung.requests) == 2)
        assert (await call(transport, other.url)).status_code == 200
        assert hung.connections == 2
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        # And whoever gave up has left no place taken.
        assert (await asyncio.gather(*(call(transport, other.url) for _ in range(9))))[-1].status_code == 200
    assert other.connections == 2


async def test_a_place_is_free_again_after_a_failure(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(b"nonsense\r\n\r\n")) as wire:
        for _ in range(5):
            with pytest.raises(httpx.RemoteProtocolError):
                await call(transport, wire.url)
    for _ in range(5):
        with pytest.raises(httpx.ConnectError):
            await call(transport, wire.url)


async def test_an_answer_that_nobody_reads_to_its_end_frees_its_place_and_ends_its_connection(
    transport: httpx.AsyncBaseTransport,
) -> None:
    async with listening(always(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")) as wire:
        for _ in range(5):
            response = await transport.handle_async_request(httpx.Request("GET", wire.url))
            await response.aclose()
            await response.stream.aclose()  # type: ignore[union-attr]  # a second time, which must not free a second place
    assert wire.connections == 5


# A kept connection that ends.


def closing_at_reuse(first_byte: bytes = b"") -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    served: set[asyncio.StreamWriter] = set()

    async def reply(writer: asyncio.StreamWriter) -> None:
        if writer in served:
            writer.write(first_byte)
            await writer.drain()
            raise ConnectionResetError
        served.add(writer)
        writer.write(GOOD)

    return reply


@pytest.mark.parametrize(("method", "reads_only"), [("GET", None), ("OPTIONS", None), ("POST", True), ("PUT", True)])
async def test_a_call_that_changes_nothing_is_sent_once_more_when_a_reused_connection_ends_without_an_answer(
    transport: httpx.AsyncBaseTransport, method: str, reads_only: bool | None
) -> None:
    async with listening(closing_at_reuse()) as wire:
        await call(transport, wire.url)
        response = await call(transport, wire.url, method, reads_only=reads_only, body=b"a=b" if reads_only else b"")
        assert response.status_code == 200
        assert (wire.connections, len(wire.requests)) == (2, 3)


@pytest.mark.parametrize(("method", "reads_only"), [("POST", None), ("POST", False), ("DELETE", None), ("GET", False)])
async def test_a_call_that_may_change_something_is_not(
    transport: httpx.AsyncBaseTransport, method: str, reads_only: bool | None
) -> None:
    async with listening(closing_at_reuse()) as wire:
        await call(transport, wire.url)
        with pytest.raises(httpx.ReadError):
            await call(transport, wire.url, method, reads_only=reads_only)
        assert (wire.connections, len(wire.requests)) == (1, 2)


async def test_nothing_is_sent_once_more_after_the_first_byte_of_an_answer(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(closing_at_reuse(b"H")) as wire:
        await call(transport, wire.url)
        with pytest.raises(httpx.ReadError):
            await call(transport, wire.url)
        assert (wire.connections, len(wire.requests)) == (1, 2)


async def test_nothing_is_sent_once_more_over_a_fresh_connection(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(b"", then_close=True)) as wire:
        with pytest.raises(httpx.ReadError):
            await call(transport, wire.url)
        assert len(wire.requests) == 1


async def test_one_repeat_is_all(transport: httpx.AsyncBaseTransport) -> None:
    replies = iter([GOOD, GOOD])

    async def reply(writer: asyncio.StreamWriter) -> None:
        if (data := next(replies, None)) is None:
            raise ConnectionResetError
        await until(lambda: len(wire.requests) >= 2)
        writer.write(data)

    async with listening(reply) as wire:
        await asyncio.gather(call(transport, wire.url), call(transport, wire.url))  # two connections are kept
        with pytest.raises(httpx.ReadError):
            await call(transport, wire.url)
        assert (wire.connections, len(wire.requests)) == (3, 4)


async def test_a_connection_that_ended_while_idle_is_not_even_tried(transport: httpx.AsyncBaseTransport) -> None:
    closed = asyncio.Event()

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    async with listening(reply) as wire:
        await call(transport, wire.url, "POST")
        await closed.wait()
        await asyncio.sleep(0.05)
        assert (await call(transport, wire.url, "POST")).status_code == 200
        assert wire.connections == 2


@pytest.mark.threat(52)
async def test_bytes_that_nobody_asked_for_end_an_idle_connection(transport: httpx.AsyncBaseTransport) -> None:
    writers: list[asyncio.StreamWriter] = []

    async def reply(writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(GOOD)

    async with listening(reply) as wire:
        await call(transport, wire.url)
        writers[0].write(answer(b'{"id": "of somebody else"}'))
        await until(writers[0].transport.is_closing)
        assert (await call(transport, wire.url)).json() == {"ok": True}
        assert wire.connections == 2


async def test_an_idle_connection_is_closed_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.provider.transport.pool.KEEP_ALIVE_S", 0.01)
    transport = make_transport(max_connections=2)
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(GOOD)
        assert await reader.read() == b""
        ended.set()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        await call(transport, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await ended.wait()
    await transport.aclose()


# Addresses, time and TLS.


async def test_the_next_address_is_tried_where_one_refuses(
    transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(always(GOOD)) as wire:
        resolving(monkeypatch, "127.0.0.2", "::1", "127.0.0.1")
        assert (await call(transport, wire.url.replace("127.0.0.1", "provider.test"))).status_code == 200
        assert wire.requests[0].startswith("GET / HTTP/1.1\r\nHost: provider.test:")
        resolving(monkeypatch, "127.0.0.2", "::1")
        with pytest.raises(httpx.ConnectError):
            await call(make_transport(max_connections=1), wire.url.replace("127.0.0.1", "provider.test"))


async def test_a_host_is_looked_up_once_for_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = make_transport(max_connections=10)
    async with listening(always(GOOD)) as wire:
        asked = resolving(monkeypatch, "127.0.0.1")
        url = wire.url.replace("127.0.0.1", "provider.test")
        await asyncio.gather(*(call(transport, url) for _ in range(10)))
        assert asked == ["provider.test"]
        await transport.aclose()


async def test_a_host_without_an_address_cannot_be_reached(
    transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch)
    with pytest.raises(httpx.ConnectError):
        await call(transport, "https://provider.test")


async def test_ipv6_is_spoken(transport: httpx.AsyncBaseTransport) -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(b"{}", headers={"Connection": "close"}))
        writer.close()

    async with await asyncio.start_server(serve, "::1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert (await call(transport, f"http://[::1]:{port}/x")).status_code == 200
    assert heads[0].startswith(b"GET /x HTTP/1.1\r\nHost: [::1]:%d\r\n" % port)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


def tls_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def test_a_certificate_must_be_for_the_host_that_was_called(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = make_transport(max_connections=2)
    resolving(monkeypatch, "127.0.0.1")
    async with listening(always(GOOD), tls=tls_for(authority, "provider.test")) as wire:
        good = wire.url.replace("127.0.0.1", "provider.test")
        assert (await call(transport, good)).status_code == 200
        for other in ("127.0.0.1", "evil.test", "sub.provider.test"):
            with pytest.raises(httpx.ConnectError) as refused:
                await call(transport, wire.url.replace("127.0.0.1", other))
            assert isinstance(refused.value.__cause__, ssl.SSLCertVerificationError)
        assert len(wire.requests) == 1
        assert (await call(transport, good)).status_code == 200
        assert wire.connections == 1  # a handshake that failed is none
        await transport.aclose()


async def test_one_tls_context_serves_all_connections(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []
    create = httpx.create_ssl_context

    def remembered() -> ssl.SSLContext:
        made.append(create())
        return made[-1]

    monkeypatch.setattr(httpx, "create_ssl_context", remembered)
    transport = make_transport(max_connections=5)
    context = tls_for(authority, "127.0.0.1")
    async with listening(always(GOOD), tls=context) as one, listening(always(GOOD), tls=context) as two:
        await asyncio.gather(*(call(transport, wire.url) for wire in (one, two, one, two)))
        await transport.aclose()
    assert len(made) == 1
    assert made[0].verify_mode == ssl.CERT_REQUIRED
    assert made[0].check_hostname


@pytest.mark.threat(18)
async def test_a_connection_that_does_not_come_about_is_given_up(
    transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accredit.provider.transport.pool.CONNECT_TIMEOUT_S", 0.05)
    # The kernel accepts, and nobody speaks TLS.
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(httpx.ConnectTimeout):
        await call(transport, f"https://127.0.0.1:{deaf.getsockname()[1]}")


# What a request may hold.


@pytest.mark.threat(16)
@pytest.mark.parametrize("value", ["a\r\nX-Injected: 1", "a\nb", "a\rb", "a\x00b", "a\x7fb"])
@pytest.mark.parametrize("where", ["name", "value", "method", "target"])
async def test_a_request_that_would_break_out_of_its_line_is_not_sent(
    transport: httpx.AsyncBaseTransport, where: str, value: str
) -> None:
    async with listening(always(GOOD)) as wire:
        request = httpx.Request(
            value if where == "method" else "GET",
            wire.url,
            headers={value if where == "name" else "X-A": value if where == "value" else "b"},
        )
        if where == "target":
            request.url = RawTarget(wire.url, value.encode())
        with pytest.raises(httpx.LocalProtocolError) as refused:
            await transport.handle_async_request(request)
        assert (wire.connections, wire.requests) == (0, [])
    assert value not in str(refused.value)


class RawTarget(httpx.URL):
    """A URL with a target that `httpx.URL` itself would not build."""

    def __init__(self, url: str, target: bytes) -> None:
        super().__init__(url)
        self.target = target

    @property
    def raw_path(self) -> bytes:
        return self.target


@pytest.mark.parametrize(
    "headers", [{"Content-Length": "3"}, {"Content-Length": "4, 4"}, {"Transfer-Encoding": "chunked"}]
)
async def test_a_length_that_is_not_the_bodys_is_not_sent(
    transport: httpx.AsyncBaseTransport, headers: dict[str, str]
) -> None:
    async with listening(always(GOOD)) as wire:
        request = httpx.Request("POST", wire.url, headers=headers, content=b"abcd")
        with pytest.raises(httpx.LocalProtocolError):
            await transport.handle_async_request(request)
        assert wire.requests == []


async def test_no_other_scheme_is_spoken(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(GOOD)) as wire:
        with pytest.raises(httpx.UnsupportedProtocol):
            await call(transport, wire.url.replace("http:", "ftp:"))
        assert wire.requests == []


@pytest.mark.parametrize("host", [f"{'a' * 64}.invalid", "a..invalid"])
async def test_a_name_that_no_resolver_takes_is_a_request_that_cannot_be_sent(
    transport: httpx.AsyncBaseTransport, host: str
) -> None:
    with pytest.raises(httpx.LocalProtocolError):
        await call(transport, f"https://{host}")


async def test_what_is_sent_is_the_request_and_nothing_more(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(GOOD, then_close=True)) as wire:
        await call(transport, f"{wire.url}/a%2Fb?x=%20&y=é#f", "POST")
    head, *headers = wire.requests[0].removesuffix("\r\n\r\n").split("\r\n")
    assert head == "POST /a%2Fb?x=%20&y=%C3%A9 HTTP/1.1"
    assert headers == [f"Host: {wire.url.removeprefix('http://')}", "Content-Length: 0"]


# Bodies.


@pytest.mark.parametrize(
    ("method", "reply", "body"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b""),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
        ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"{}"),
    ],
)
async def test_an_answer_ends_where_it_says(
    transport: httpx.AsyncBaseTransport, method: str, reply: bytes, body: bytes
) -> None:
    async with listening(always(reply)) as wire:
        for _ in range(2):
            assert (await call(transport, wire.url, method)).content == body
    assert wire.connections == (2 if method == "HEAD" else 1)


async def test_an_answer_without_a_length_ends_with_its_connection(transport: httpx.AsyncBaseTransport) -> None:
    async with listening(always(b"HTTP/1.1 200 OK\r\n\r\n{}", then_close=True)) as wire:
        assert (await call(transport, wire.url)).content == b"{}"


async def test_a_large_body_arrives_whole_and_is_read_no_faster_than_it_is_taken(
    transport: httpx.AsyncBaseTransport,
) -> None:
    size = 20_000_000
    sent = 0

    async def reply(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // 10_000):
            writer.write(b"x" * 10_000)
            await writer.drain()
            sent += 10_000

    async with listening(reply) as wire:
        response = await transport.handle_async_request(httpx.Request("GET", wire.url))
        await asyncio.sleep(0.1)
        assert sent < size  # socket buffers are full, and we took no more than we must
        parts = [part async for part in response.aiter_raw()]
        assert sum(map(len, parts)) == size
        assert max(map(len, parts)) < READ_AHEAD_BYTES + 300_000  # and one read of the loop
        await response.aclose()
        assert (await call(transport, wire.url)).status_code == 200
    assert wire.connections == 2  # what stands unread behind a long answer must not answer the next call


# What is left behind.


def open_files() -> int:
    gc.collect()
    return len(os.listdir("/dev/fd"))


async def _hang(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _half_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await _hang(writer)


async def _half_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")
    await _hang(writer)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("reply", [None, _hang, _half_head, _half_body], ids=["tls", "hang", "half head", "half body"])
@pytest.mark.slow
def test_a_call_that_is_cancelled_leaves_no_file_open(
    loop: Loop, reply: Callable[[asyncio.StreamWriter], Awaitable[None]] | None
) -> None:
    async def cancel_all(transport: httpx.AsyncBaseTransport, url: str, arrived: Callable[[], bool]) -> None:
        calls = [asyncio.create_task(call(transport, url)) for _ in range(20)]
        await until(arrived)
        await asyncio.sleep(0.02)
        for one in calls:
            one.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def main() -> None:
        transport = make_transport(max_connections=20)
        async with listening(always(GOOD)) as wire:  # opens what the loop itself needs
            await call(transport, wire.url)
        await transport.aclose()
        transport = make_transport(max_connections=20)
        before = open_files()
        if reply is None:
            with socket.create_server(("127.0.0.1", 0)) as deaf:
                await cancel_all(transport, f"https://127.0.0.1:{deaf.getsockname()[1]}", lambda: True)
        else:
            async with listening(reply) as wire:
                await cancel_all(transport, wire.url, lambda: len(wire.requests) == 20)
        await until(lambda: open_files() <= before)
        await transport.aclose()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(asyncio.wait_for(main(), 30))


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_closing_ends_every_connection_idle_or_not(loop: Loop) -> None:
    async def main() -> None:
        transport = make_transport(max_connections=4)
        async with listening(always(GOOD)) as kind, listening(_half_body) as slow:
            await call(transport, kind.url)
            running = asyncio.create_task(call(transport, slow.url))
            await until(lambda: len(slow.requests) == 1)
            await transport.aclose()
            with pytest.raises(httpx.ReadError):
                await running
            with pytest.raises(httpx.ConnectError, match="closed"):
                await call(transport, kind.url)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(asyncio.wait_for(main(), 30))


async def test_closing_ends_what_is_still_being_connected(
    transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, entered = asyncio.Event(), asyncio.Event()

    async def slow(*args: object, **kwargs: object) -> list[Any]:
        entered.set()
        await release.wait()
        return []

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", slow)
    running = asyncio.create_task(call(transport, "https://provider.test"))
    await entered.wait()
    await transport.aclose()
    with pytest.raises(httpx.ConnectError):
        await running


async def test_a_connection_that_comes_about_after_closing_is_closed(
    transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    release, entered, create = asyncio.Event(), asyncio.Event(), loop.create_connection

    async def slow(*args: Any, **kwargs: Any) -> Any:
        entered.set()
        await release.wait()
        return await create(*args, **kwargs)

    monkeypatch.setattr(loop, "create_connection", slow)
    async with listening(always(GOOD)) as wire:
        running = asyncio.create_task(call(transport, wire.url))
        await entered.wait()
        await transport.aclose()
        release.set()
        with pytest.raises(httpx.ReadError):
            await running
        assert wire.requests == []


async def test_a_connection_that_ends_before_it_is_used_is_told() -> None:
    connection = Connection(asyncio.get_running_loop())
    connection.connection_made(asyncio.Transport())
    connection.connection_lost(None)
    with pytest.raises(httpx.ReadError):
        await connection.send(b"GET / HTTP/1.1\r\n\r\n", has_body=True)
    assert not connection.answer.has_begun


async def test_a_lookup_that_fails_after_everybody_has_gone_is_silent(
    transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    release, entered = asyncio.Event(), asyncio.Event()

    async def slow(*args: object, **kwargs: object) -> list[Any]:
        entered.set()
        await release.wait()
        raise socket.gaierror(socket.EAI_NONAME, "none")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", slow)
    running = asyncio.create_task(call(transport, "https://provider.test"))
    await entered.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    release.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    assert caplog.records == []


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_a_connection_that_lacks_a_file_descriptor_says_so(loop: Loop) -> None:
    async def main() -> None:
        transport = make_transport(max_connections=2)
        async with listening(always(GOOD)) as wire:
            await call(transport, wire.url)  # opens what the loop itself needs
            await transport.aclose()
            transport = make_transport(max_connections=2)
            lowest_free = os.dup(0)
            os.close(lowest_free)
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
            try:
                with pytest.raises(httpx.ConnectError) as failed:
                    await call(transport, wire.url)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert lacks_descriptors(failed.value)
            assert (await call(transport, wire.url)).status_code == 200
            await transport.aclose()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(asyncio.wait_for(main(), 30))


@pytest.fixture
def no_files_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        yield


async def test_a_resolver_that_fails_for_want_of_file_descriptors_says_so(
    transport: httpx.AsyncBaseTransport, monkeypatch: pytest.MonkeyPatch, no_files_left: None
) -> None:
    async def fail(*args: object, **kwargs: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fail)
    with pytest.raises(httpx.ConnectError) as failed:
        await call(transport, "https://provider.test")
    assert lacks_descriptors(failed.value)
