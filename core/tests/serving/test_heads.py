"""What the headers of a request may cost, and what they must be."""

import asyncio

import pytest
from core.tests.serving.support import GET, App, serving

from accredit.serving.head import Head
from accredit.serving.refusal import RequestRefused
from accredit.settings import ServerSettings

pytestmark = pytest.mark.slow

LIMITS = ServerSettings(max_header_bytes=1024, max_headers=10)
TOO_LARGE = {"error": "invalid_request", "error_description": "the request headers are too large"}
MALFORMED = {"error": "invalid_request", "error_description": "the request could not be read"}


def head_of(size: int, headers: int = 2) -> bytes:
    """Return a head of so many bytes and headers, the first of which is `Host`."""
    lines = [b"GET / HTTP/1.1", b"Host: a", *[b"x: y"] * (headers - 2), b"z: "]
    lines[-1] += b"z" * (size - len(b"\r\n".join([*lines, b"", b""])))
    head = b"\r\n".join([*lines, b"", b""])
    assert len(head) == size
    return head


@pytest.mark.threat(53)
@pytest.mark.parametrize(
    ("size", "headers", "status"), [(1024, 2, 200), (1025, 2, 431), (500, 10, 200), (500, 11, 431)]
)
@pytest.mark.parametrize("pieces", [1, 2])
async def test_headers_are_bounded_in_size_and_number(size: int, headers: int, status: int, pieces: int) -> None:
    head = head_of(size, headers)
    async with serving(App(), max_header_bytes=1024, max_headers=10) as served, served.client() as client:
        client.send(head[: size // pieces])
        await asyncio.sleep(0.01 * (pieces - 1))
        client.send(head[size // pieces :])
        answer = await client.answer()

        assert answer.status == status
        if status == 431:
            assert (answer.body, answer.closes) == (TOO_LARGE, True)
            assert answer.headers["content-type"] == "application/json"
            assert answer.headers["cache-control"] == "no-store"
            assert await client.rest() == b""


@pytest.mark.threat(53)
@pytest.mark.parametrize(
    "flood",
    [b"GET / HTTP/1.1\r\n" + b"a:\r\n" * 2_000_000, b"GET / HTTP/1.1\r\na: " + b"b" * 8_000_000, b"A" * 8_000_000],
)
async def test_megabytes_of_headers_are_refused_and_not_kept(flood: bytes) -> None:
    async with serving(App()) as served, served.client() as client:
        client.send(flood)
        assert (await client.answer()).body == TOO_LARGE

        [connection] = served.connections()
        assert connection.is_idle is False
        assert connection.parser is not None  # it has never seen them
        assert await client.rest() == b""


@pytest.mark.threat(53)
async def test_half_sent_headers_are_given_up_and_others_do_not_wait_for_them() -> None:
    async with serving(App(), header_timeout_s=0.2) as served, served.client() as slow, served.client() as client:
        slow.send(GET[:20])
        client.send(GET)
        assert (await client.answer()).status == 200
        answer = await slow.answer()

        assert (answer.status, answer.closes) == (408, True)
        assert answer.body == {
            "error": "invalid_request",
            "error_description": "the request headers did not arrive in time",
        }
        assert await slow.rest() == b""


async def test_a_head_may_come_byte_by_byte() -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        for at in range(len(GET)):
            client.send(GET[at : at + 1])
            await asyncio.sleep(0)
        assert (await client.answer()).status == 200
    head = Head(LIMITS)
    assert [head.take(GET[at : at + 1]) for at in range(len(GET))][-2:] == [(b"", b""), (GET, b"")]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00",  # TLS: told at once, not when the time for headers is up
        b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET :// HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n b: c\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    ],
)
@pytest.mark.threat(53)
async def test_what_does_not_mean_one_request_only_is_refused(request_bytes: bytes) -> None:
    app = App()
    async with serving(app) as served, served.client() as client:
        client.send(request_bytes)
        answer = await client.answer()

        assert (answer.status, answer.body, answer.closes) == (400, MALFORMED, True)
        assert await client.rest() == b""
        assert app.seen == []


@pytest.mark.parametrize(
    "request_bytes", [GET, b"\r\n\r\n" + GET, b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.0\r\nHost: a\r\n\r\n"]
)
async def test_what_does_is_answered(request_bytes: bytes) -> None:
    async with serving(App()) as served, served.client() as client:
        client.send(request_bytes)
        assert (await client.answer()).status == 200


async def test_empty_lines_alone_are_no_request() -> None:
    async with serving(App()) as served, served.client() as client:
        client.send(b"\r\n\r\n")
        await asyncio.sleep(0.01)
        client.send(b"\r\n", GET)
        assert (await client.answer()).status == 200


def test_a_head_that_is_refused_is_not_kept() -> None:
    head = Head(LIMITS)
    head.take(b"GET / HTTP/1.1\r\n")
    with pytest.raises(RequestRefused, match="too large"):
        head.take(b"a" * 1024)

    assert not head.begun


async def test_two_requests_in_what_must_be_one_are_refused() -> None:
    # It would take a parser that ends heads elsewhere; then nothing would bound the requests in hand.
    async with serving(App()) as served, served.client():
        await served.until(1)
        [connection] = served.connections()
        with pytest.raises(RequestRefused):
            connection._parse(GET + GET)
