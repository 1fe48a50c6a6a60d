"""Ours beside httpx's own transport: hostile and cut-up answers mean the same to both, or there is a named reason."""

import asyncio
import re
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple, cast

import httpx
import pytest
from core.tests.provider.server import listening
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.provider.transport import make_transport
from accredit.provider.transport.answer import INFORMATIONAL_ANSWERS, Answer

pytestmark = pytest.mark.slow

EXAMPLES = 300


class Outcome(NamedTuple):
    """What a transport makes of an answer; `status` is None where it raises."""

    status: int | None
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


REFUSED = Outcome(None, (), b"")

# Answers: mostly of the right form, and then bent.


_seldom = st.sampled_from([False] * 5 + [True])


def mostly(usual: bytes, *odd: bytes) -> st.SearchStrategy[bytes]:
    """Return the usual thing in most draws, so that enough answers are of the right form."""
    return st.sampled_from([usual] * 6 * len(odd) + list(odd))


_status = st.sampled_from([200] * 8 + [201, 204, 304, 400, 503, 999])
_informational = st.sampled_from(
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 12,
    ]
)
_good_header = st.sampled_from(
    [
        b"Connection: close",
        b"Connection: keep-alive",
        b"Connection: upgrade\r\nUpgrade: h2c",
        b"Content-Type: application/json",
        b"Set-Cookie: a=b",
        b"set-cookie:c=d",
        b"X-Empty:",
        b"X-Blank: \t ",
        b"X-Odd: \xe9\xff",
        b"X-Long: " + b"y" * 300,
        b"Trailer: X",
    ]
)
_odd_header = st.sampled_from(
    [
        b"X-Folded: a\r\n b",
        b"X-Nul: a\x00b",
        b"X-Cr: a\rb",
        b"X-Space : a",
        b" X-Leading: a",
        b"No colon",
        b": no name",
        b"X-(: a",
        b"X-\xe9: a",
    ]
)
_framing = mostly(b"Content-Length: %d", b"content-length:%d", b"Content-Length: %d ") | mostly(
    b"Transfer-Encoding: chunked", b"transfer-encoding: Chunked"
)
_odd_framing = st.sampled_from(
    [
        b"Content-Length: %d, %d",
        b"Content-Length: +%d",
        b"Content-Length: 0%d",
        b"Content-Length: ",
        b"Content-Length: 99999999999999999999999",
        b"Content-Length: 3",
        b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding:",
        b"Transfer-Encoding: chunked\t",
        b"Transfer-Encoding: xchunked",
    ]
)
_body = st.binary(max_size=40) | st.sampled_from([b"{}", b"HTTP/1.1 200 OK\r\n\r\n", b"0\r\n\r\n"])


@st.composite
def chunked(draw: st.DrawFn, body: bytes) -> bytes:
    """Return a body in chunks: lengths in odd forms, extensions, trailers, an end that may be missing."""
    out, at = b"", 0
    while at < len(body):
        size = draw(st.integers(1, len(body) - at))
        length = draw(mostly(b"%x", b"%X", b"00%x", b"%x;a=b", b'%x;a="b c"', b"%x ;a", b"%x ", b"0x%x", b"-%x"))
        out += length % size + b"\r\n" + body[at : at + size] + draw(mostly(b"\r\n", b"\n", b""))
        at += size
    last = draw(mostly(b"0\r\n", b"0;x=y\r\n", b"000\r\n", b""))
    trailers = draw(mostly(b"", b"X-Trailer: 1\r\n", b"Content-Length: 7\r\n", b"bad trailer\r\n"))
    return out + last + trailers + draw(mostly(b"\r\n", b""))


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Return one answer with whatever comes before and after it."""
    body = draw(_body)
    lines = draw(st.lists(_good_header, max_size=3)) + draw(st.lists(_framing, max_size=1))
    if draw(_seldom):
        lines += [draw(_odd_header | _odd_framing)]
    lines = [line.replace(b"%d", b"%d" % len(body)) for line in lines]
    version = draw(mostly(b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.2", b"http/1.1", b"ICY"))
    reason = draw(mostly(b" OK", b" ", b"", b" \xff\xfe", b" a\tb", b"  two"))
    start = b"%b %d%b" % (version, draw(_status), reason)
    head = draw(mostly(b"\r\n", b"\n")).join([start, *draw(st.permutations(lines)), b"", b""])
    if b"chunked" in head.lower():
        body = draw(chunked(body))
    before = b"".join(draw(st.lists(_informational, max_size=2))) if draw(_seldom) else b""
    after = draw(mostly(b"", b"x", b"\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
    raw = bytearray(before + head + body + after)
    if draw(_seldom):
        raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return bytes(raw[: draw(st.integers(0, len(raw)))] if draw(_seldom) else raw)


@st.composite
def pieces(draw: st.DrawFn) -> list[bytes]:
    """Return an answer in the packets it comes in."""
    raw = draw(answers())
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(raw) - 1)), max_size=5)))
    return [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True) if raw[start:end]]


# Reasons to disagree.


def head_of(raw: bytes) -> bytes:
    """Return what comes before the body, informational answers included."""
    while (match := re.match(rb"HTTP/1\.1 1\d\d[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n", raw)) is not None:
        raw = raw[match.end() :]
    return re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]


def _lengths(raw: bytes) -> list[bytes]:
    return re.findall(
        rb"^(?:content-length|transfer-encoding)[ \t]*:[^\r\n]*", head_of(raw), re.MULTILINE | re.IGNORECASE
    )


def _is_answered_by_less(raw: bytes, theirs: Outcome) -> bool:
    """Tell whether the beginning of it is what httpx's transport has taken for all."""
    for end in range(len(raw)):
        answer = Answer()
        with suppress(httpx.RemoteProtocolError):
            answer.feed(raw[:end])
            if answer.is_whole and (answer.status, answer.take()) == (theirs.status, theirs.body):
                return True
    return False


STRICTER: dict[str, Callable[[bytes, Outcome], object]] = {
    "more comes than one answer": _is_answered_by_less,
    "the length is stated twice": lambda raw, _: (
        len(_lengths(raw)) > 1 or re.search(rb"length:.*,", head_of(raw), re.I)
    ),
    "101 was not asked for": lambda raw, _: re.search(rb"HTTP/1\.1 101", raw),
    "too many informational answers": lambda raw, _: len(re.findall(rb"HTTP/1\.1 1", raw)) > INFORMATIONAL_ANSWERS,
    "a line ends in LF alone": lambda raw, _: re.search(rb"(?<!\r)\n", raw),
    "a header is folded": lambda raw, _: re.search(rb"\n[ \t]", head_of(raw)),
    "a control character is in the head": lambda raw, _: re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", head_of(raw)),
    "a tab follows the coding": lambda raw, _: re.search(rb"chunked\t", head_of(raw)),
    "the version is neither 1.0 nor 1.1": lambda raw, _: not re.match(rb"HTTP/1\.[01] ", head_of(raw)),
}
"""Reason → whether it may be why ours refuses what httpx's accepts. There is none for the other way round."""


def stricter(raw: bytes, theirs: Outcome) -> str | None:
    return next((reason for reason, applies in STRICTER.items() if applies(raw, theirs)), None)


async def outcome(transport: httpx.AsyncBaseTransport, url: str) -> Outcome:
    try:
        async with asyncio.timeout(30):  # a transport that waits for more than there is fails the test
            response = await transport.handle_async_request(httpx.Request("GET", url))
            try:
                body = b"".join([part async for part in cast("httpx.AsyncByteStream", response.stream)])
            finally:
                await response.aclose()
    except httpx.TransportError:
        return REFUSED
    # h11 writes the name of a coding in small letters, and neither keeps an order worth comparing.
    headers = ((name.lower(), value) for name, value in response.headers.raw)
    headers = ((name, value.lower() if name == b"transfer-encoding" else value) for name, value in headers)
    return Outcome(response.status_code, tuple(sorted(headers)), body)


def test_ours_and_httpxs_transport_make_the_same_of_an_answer() -> None:
    packets: list[bytes] = []

    async def reply(writer: asyncio.StreamWriter) -> None:
        for packet in packets:
            writer.write(packet)
            await writer.drain()
            await asyncio.sleep(0)
        raise ConnectionResetError  # hang up

    with asyncio.Runner() as runner:
        ours = make_transport(max_connections=2)
        theirs = httpx.AsyncHTTPTransport(verify=ssl.create_default_context(), trust_env=False)
        server = listening(reply)
        wire = runner.run(server.__aenter__())

        @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
        @given(pieces())
        def compare(pieces_of_one: list[bytes]) -> None:
            packets[:], raw = pieces_of_one, b"".join(pieces_of_one)
            mine, his = runner.run(outcome(ours, wire.url)), runner.run(outcome(theirs, wire.url))
            if mine != his:
                assert mine == REFUSED, f"ours took what httpx's does not, or another way: {raw!r}"
                assert stricter(raw, his) is not None, f"ours refuses for no reason that has a name: {raw!r}"

        try:
            compare()
        finally:
            for closing in (ours.aclose(), theirs.aclose(), server.__aexit__(None, None, None)):
                runner.run(closing)


def read(packets: Iterable[bytes]) -> Outcome:
    answer = Answer()
    try:
        for packet in packets:
            answer.feed(packet)
    except httpx.RemoteProtocolError:
        return REFUSED
    answer.end()
    return Outcome(answer.status, tuple(answer.headers), answer.take()) if answer.is_whole else REFUSED


@settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
@given(pieces())
def test_an_answer_means_the_same_however_it_is_cut(packets: list[bytes]) -> None:
    raw = b"".join(packets)
    assert read(packets) == read([raw]) == read(raw[at : at + 1] for at in range(len(raw)))


@pytest.mark.parametrize(
    ("reason", "raw"),
    [
        ("more comes than one answer", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{}"),
        ("the length is stated twice", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        ("the length is stated twice", b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}"),
        ("101 was not asked for", b"HTTP/1.1 101 X\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}"),
        ("too many informational answers", b"HTTP/1.1 100 X\r\n\r\n" * 9 + b"HTTP/1.1 200 OK\r\n\r\n{}"),
        ("a line ends in LF alone", b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"),
        ("a header is folded", b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n{}"),
        ("a control character is in the head", b"HTTP/1.1 200 OK\r\nX: a\x08b\r\n\r\n{}"),
        ("a tab follows the coding", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n"),
        ("the version is neither 1.0 nor 1.1", b"HTTP/1.2 200 OK\r\n\r\n{}"),
    ],
)
def test_each_reason_is_one(reason: str, raw: bytes) -> None:
    assert read([raw]) == REFUSED
    assert stricter(raw, Outcome(200, (), b"{" if reason.startswith("more") else b"{}")) == reason
